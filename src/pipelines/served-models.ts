// The models of a service. Each model is opened for its first batch and stays open. If a model's folder changes, later batches
// use the new content, and the old model is closed after the last batch that uses it. If a line gets a new champion, later
// batches for LINE@champion use the new champion.

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import { FleetIndex } from "../monitoring/streams/fleet-index.ts";
import { openModelLedger, openReadableModelLedger, type ReadableLedger } from "../monitoring/streams/model-ledger.ts";
import { openWatchedModel } from "../monitoring/streams/watched-model.ts";
import { shellCommand } from "../shell-words.ts";
import { exists } from "../storage/exists.ts";
import { readManifest } from "../storage/manifest.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { folderOfVersion, parseVersionName } from "../storage/model-versions.ts";
import { monitorFile } from "../storage/monitor-database.ts";
import { defaultProject, type OpenedStore } from "../storage/opened-store.ts";
import { isPlainName } from "../storage/plain-name.ts";
import { championSuffix, lineOfRegistry, type Registry, readRegistry, registryFile } from "../storage/registry.ts";
import { StoreUnavailable } from "../storage/store-unavailable.ts";
import { ModelHandle } from "./model-handle.ts";

/** Thrown if no model has this name. */
export class UnknownModel extends UserError {
  override readonly name: string = "UnknownModel";
}

/** Thrown if a model's folder cannot be used. */
export class UnusableModel extends UserError {
  override readonly name: string = "UnusableModel";
}

/** The model to which a name in a request refers. */
export interface NamedModel {
  /** Name of the model folder. */
  readonly folder: string;
  /** Earlier champions of the line, oldest first; empty if the name does not refer to a champion. */
  readonly earlier: readonly string[];
}

/** The streams of a model, which need not be open. */
export interface ServedLedger {
  readonly modelVersion: string;
  readonly streams: ReadableLedger;
  readonly fleet: FleetIndex;
}

interface Opened {
  /** Identifies the content of the folder. */
  readonly stamp: string;
  readonly handle: Promise<ModelHandle>;
  users: number;
  replaced: boolean;
}

/** While SQLite waits for a lock, it blocks the thread, so the service can answer requests only between attempts. */
export const serviceLedgerWait = { busyTimeoutMs: 100 } as const;

export interface ServedModelsOptions {
  /** Folder of model folders. */
  readonly models: string;
  /** The store of all streams; undefined if the streams of each model are in its folder. */
  readonly store: OpenedStore | undefined;
}

export class ServedModels {
  readonly #options: ServedModelsOptions;
  readonly #opened = new Map<string, Opened>();
  /** The stores of replaced models stay open, because they may still be in use. */
  readonly #ledgers = new Map<string, Promise<ServedLedger | null>>();
  readonly #closing = new Set<Promise<void>>();
  /** A version number always refers to the same folder. */
  readonly #numberedFolders = new Map<string, string>();
  #registry: { readonly stamp: string; readonly content: Registry } | undefined;

  constructor(options: ServedModelsOptions) {
    this.#options = options;
  }

  /** @throws UnknownModel if there is no such model */
  async resolve(name: string): Promise<NamedModel> {
    const version = parseVersionName(name);
    if (version !== null && isPlainName(version.line) && !(await this.#hasModel(name))) return this.#numbered(name);
    const isChampion = name.endsWith(championSuffix);
    const line = isChampion ? name.slice(0, -championSuffix.length) : name;
    if (!isPlainName(line)) throw this.#unknown(name);
    const champions = isChampion ? lineOfRegistry(await this.#currentRegistry(), line)?.champions : undefined;
    const [folder = line, ...earlier] = [...(champions ?? [])].reverse();
    if (!(await this.#hasModel(folder))) throw this.#unknown(name);
    return { folder, earlier: earlier.reverse() };
  }

  /**
   * Runs `work` with the open model.
   * @throws UnusableModel if the model's folder cannot be used, StoreUnavailable if the store cannot be reached
   */
  async use<T>(project: string, folder: string, work: (model: ModelHandle) => Promise<T>): Promise<T> {
    const opened = await this.#current(project, folder);
    opened.users++;
    try {
      return await work(await opened.handle);
    } finally {
      opened.users--;
      this.#closeUnused(opened);
    }
  }

  /** Returns the ledger of a model; null if the model has none in this project. */
  async ledger(project: string, folder: string): Promise<ServedLedger | null> {
    const directory = join(this.#options.models, folder);
    const { store } = this.#options;
    if (store === undefined && (project !== defaultProject || !existsSync(join(directory, monitorFile)))) return null;
    const key = JSON.stringify([project, folder, await servedFileStamp(join(directory, modelFiles.manifest))]);
    let ledger = this.#ledgers.get(key);
    if (ledger === undefined) {
      ledger = this.#openLedger(project, directory);
      this.#ledgers.set(key, ledger);
      const forget = (): boolean => this.#ledgers.delete(key);
      ledger.then((found) => found ?? forget(), forget);
    }
    return ledger;
  }

  /** Like `ledger`, but for the model to which a name refers. @throws UnknownModel if there is none */
  async namedLedger(project: string, name: string): Promise<{ folder: string; ledger: ServedLedger | null }> {
    const { folder } = await this.resolve(name);
    return { folder, ledger: await this.ledger(project, folder) };
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values()) {
      opened.replaced = true;
      this.#closeUnused(opened);
    }
    this.#opened.clear();
    for (const ledger of this.#ledgers.values()) await (await ledger)?.streams.close();
    this.#ledgers.clear();
    await Promise.all(this.#closing);
  }

  /** @throws UnknownModel if the line has no such version, or the version's folder no longer exists */
  async #numbered(name: string): Promise<NamedModel> {
    const { models } = this.#options;
    const before = this.#numberedFolders.get(name);
    const folder = before ?? (await folderOfVersion(models, parseVersionName(name)!));
    if (folder === null || !(await this.#hasModel(folder))) throw this.#unknown(name);
    this.#numberedFolders.set(name, folder);
    return { folder, earlier: [] };
  }

  #hasModel(folder: string): Promise<boolean> {
    return exists(join(this.#options.models, folder, modelFiles.manifest));
  }

  async #current(project: string, folder: string): Promise<Opened> {
    const stamp = await servedFileStamp(join(this.#options.models, folder, modelFiles.manifest));
    const key = JSON.stringify([project, folder]);
    const before = this.#opened.get(key);
    if (before?.stamp === stamp) return before;
    const opened: Opened = { stamp, handle: this.#open(project, folder), users: 0, replaced: false };
    this.#opened.set(key, opened);
    opened.handle.catch(() => {
      if (this.#opened.get(key) === opened) this.#opened.delete(key);
    });
    if (before !== undefined) {
      before.replaced = true;
      this.#closeUnused(before);
    }
    return opened;
  }

  async #open(project: string, folder: string): Promise<ModelHandle> {
    if (this.#options.store === undefined && project !== defaultProject) {
      throw new UnusableModel(`project ${JSON.stringify(project)}: the ledger in a model folder has no projects`, {
        advice: "Start the service with --store sqlite:DIR.",
      });
    }
    try {
      const watched = await openWatchedModel(join(this.#options.models, folder));
      const { monitored } = watched;
      const store =
        (await this.#options.store?.streamsOf({ project, model: monitored.modelVersion })) ??
        openModelLedger(monitored, serviceLedgerWait);
      return new ModelHandle(watched, { store: () => store });
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof StoreUnavailable) throw error;
      const { headline, details, advice } = error;
      throw new UnusableModel(headline, { details, ...(advice !== undefined && { advice }), cause: error });
    }
  }

  async #openLedger(project: string, directory: string): Promise<ServedLedger | null> {
    const { model_version: modelVersion } = await readManifest(directory);
    const { store } = this.#options;
    if (store !== undefined && !(await store.has({ project, model: modelVersion }))) return null;
    const streams =
      store === undefined
        ? openReadableModelLedger({ directory, modelVersion }, serviceLedgerWait)
        : await store.streamsOf({ project, model: modelVersion });
    return { modelVersion, streams, fleet: new FleetIndex(streams) };
  }

  #closeUnused(opened: Opened): void {
    if (!opened.replaced || opened.users > 0) return;
    const closed = opened.handle.then(
      (handle) => handle.close(),
      () => {},
    );
    this.#closing.add(closed);
    closed.finally(() => this.#closing.delete(closed));
  }

  async #currentRegistry(): Promise<Registry> {
    const { models } = this.#options;
    const stamp = await servedFileStamp(join(models, registryFile));
    if (this.#registry?.stamp !== stamp) this.#registry = { stamp, content: await readRegistry(models) };
    return this.#registry.content;
  }

  #unknown(name: string): UnknownModel {
    const { models } = this.#options;
    return new UnknownModel(`there is no model ${JSON.stringify(name)}`, {
      advice: `Name a folder of ${basename(models)}, LINE@champion, or LINE@3 for version 3. List the models: ${shellCommand("tidemark", "models", "list", "--dir", models)}`,
    });
  }
}

/** Changes whenever the file is replaced or written to; "" if there is no file. */
async function servedFileStamp(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
}
