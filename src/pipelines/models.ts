// `tidemark models`: lists the model versions in a folder with the champion of each line, promotes a version, or rolls a line
// back to its previous champion.

import { lstat, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { accountName } from "../account-name.ts";
import { UserError } from "../errors.ts";
import { type CvReport, cvReportSchema } from "../learning/training/cv-report.ts";
import { type RetrainReport, retrainReportSchema } from "../learning/training/retrain-report.ts";
import { openModelLedger, openModelLedgerStore } from "../monitoring/streams/model-ledger.ts";
import { openWatchedModel } from "../monitoring/streams/watched-model.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { neededFileInside } from "../storage/file-inside.ts";
import { readJsonFile } from "../storage/json-file.ts";
import { readManifest } from "../storage/manifest.ts";
import { modelFiles, retrainReportFile } from "../storage/model-folder.ts";
import { numberedVersions } from "../storage/model-versions.ts";
import {
  changeRegistry,
  lineOfRegistry,
  type Registry,
  readRegistry,
  registryLineOfModel,
} from "../storage/registry.ts";
import { resolveModel } from "../storage/resolve-model.ts";
import type { ActionNote } from "../storage/stream-actions.ts";
import type { StreamStore } from "../storage/stream-store.ts";
import { explainSystemErrorOnRead, hasSystemErrorCode } from "../system-error.ts";

export type { Labels } from "../storage/labels.ts";
export type { Manifest, RetrainedFrom } from "../storage/manifest.ts";
export { type ModelFolder, modelFiles, openModelFolder } from "../storage/model-folder.ts";
export type { StoredConfig } from "../storage/stored-config.ts";

/** One model in a folder of models. */
export interface ModelVersion {
  /** Name of the model folder. */
  readonly name: string;
  /** Name shared by all versions of the line. */
  readonly line: string;
  /** Number of the version within its line, counted from 1; LINE@NUMBER refers to this model. */
  readonly number: number;
  /** Whether LINE@champion refers to this model. */
  readonly champion: boolean;
  /** The version's folder name, the time of its training, and a hash. */
  readonly modelVersion: string;
  /** When the model was trained; ISO 8601, UTC. */
  readonly createdAt: string;
  /** Folder of the model from which `retrain` started; null for a model made by `train`. */
  readonly from: string | null;
  /** Number of people in the training data. */
  readonly people: number;
  /** The class names, in the order of the network's outputs. */
  readonly classes: readonly string[];
  /** Macro-F1 over folds. */
  readonly macroF1: {
    /** Mean macro-F1 over folds; null if it is unknown. */
    readonly mean: number | null;
    /** Standard deviation of the macro-F1 over folds; null if it is unknown. */
    readonly sd: number | null;
  };
  /** Accuracy over folds. */
  readonly accuracy: {
    /** Mean accuracy over folds; null if it is unknown. */
    readonly mean: number | null;
    /** Standard deviation of the accuracy over folds; null if it is unknown. */
    readonly sd: number | null;
  };
}

/** A model and how it was made. */
export interface ShownModel {
  /** The version, without the facts that depend on other versions of its line. */
  readonly version: Omit<ModelVersion, "champion" | "number">;
  /** The content of cv_report.json. */
  readonly report: CvReport;
  /** The retraining report; null for a model made by `train`. */
  readonly retraining: RetrainReport | null;
}

/** A change of champion in a line. */
export interface Promotion {
  /** Name shared by all versions of the line. */
  readonly line: string;
  /** Folder name of the new champion. */
  readonly champion: string;
  /** Folder name of the previous champion; null if there was none, or if the model was already the champion. */
  readonly previous: string | null;
}

/**
 * All model folders in a directory, sorted by line and number. A model that cannot be read is left out, with a warning that
 * names the folder.
 * @throws UserError if the directory cannot be read
 */
export async function listModels(
  directory: string,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<ModelVersion[]> {
  const { warn } = reporterOf(run.reporter);
  const names = await readdir(directory).catch((error: unknown) => {
    const cause = explainSystemErrorOnRead(error, directory);
    const [reason, advice] = cause instanceof UserError ? [cause.headline, cause.advice] : [String(cause), undefined];
    throw new UserError(`--dir ${directory}: expected a directory of model folders: ${reason}`, {
      ...(advice !== undefined && { advice }),
      cause,
    });
  });
  const registry = await readRegistry(directory);
  const described: ShownModel["version"][] = [];
  for (const name of names) {
    const version = await describeListedModel(join(directory, name), registry, warn);
    if (version !== null) described.push(version);
  }
  const lines = Map.groupBy(described, ({ line }) => line);
  const versions = [...lines].flatMap(([line, own]) => {
    const numbered = numberedVersions(registry, line, own);
    const champion = lineOfRegistry(registry, line)?.champions.at(-1) ?? line;
    return own.map((version) => ({
      ...version,
      number: numbered.indexOf(version.name) + 1,
      champion: champion === version.name,
    }));
  });
  return versions.sort((a, b) => (a.line === b.line ? a.number - b.number : a.line < b.line ? -1 : 1));
}

/** Options of a promotion. */
export interface PromoteOptions {
  /** Where streams are kept (default: the model folder): sqlite:DIR or postgres://user:password@host/database. */
  readonly store?: string;
  /** The clock. Default: the system clock. */
  readonly now?: () => Date;
}

/**
 * Makes a model the champion of its line, in the registry of its parent directory. The new champion starts with empty
 * references, and the previous champion keeps its references. The promotion takes effect with a single rename.
 *
 * @throws UserError if the folder is not a valid model, or the store cannot be used
 */
export async function promote(
  model: string,
  { store, now = () => new Date() }: PromoteOptions = {},
): Promise<Promotion> {
  const directory = resolve(await resolveModel(model));
  const { monitored, folder } = await openWatchedModel(directory);
  const [parent, name] = [dirname(directory), basename(directory)];
  const registry = await readRegistry(parent);
  const line = registryLineOfModel(registry, name, folder.manifest.retrained_from?.line);
  // A damaged first version remains part of the line's history.
  const hasFirst = await isListedModel(join(parent, line));
  const before = lineOfRegistry(registry, line)?.champions.at(-1) ?? (hasFirst ? line : null);
  if (before === name) return { line, champion: name, previous: null };
  // The model's references are not used before it becomes the champion, so a process that is killed here does no harm.
  const note = { at: now().toISOString(), who: accountName(), reason: "the model became the champion" };
  if (store === undefined) await resetModelStreams(openModelLedger(monitored), note);
  else await resetModelStreamsInProjects(store, monitored.modelVersion, note);
  return changeRegistry(parent, (registry) => {
    const known = lineOfRegistry(registry, line) ?? { champions: hasFirst ? [line] : [], log: [] };
    registry.lines[line] = {
      ...known,
      champions: [...known.champions.filter((other) => other !== name), name],
      log: [...known.log, { at: now().toISOString(), action: "promote", champion: name }],
    };
    return { line, champion: name, previous: known.champions.at(-1) ?? null };
  });
}

async function resetModelStreamsInProjects(address: string, model: string, note: ActionNote): Promise<void> {
  const store = await openModelLedgerStore(address);
  try {
    for (const project of await store.projects()) {
      if (await store.has({ project, model })) await resetModelStreams(await store.streamsOf({ project, model }), note);
    }
  } finally {
    await store.close();
  }
}

async function resetModelStreams(streams: StreamStore, note: ActionNote): Promise<void> {
  try {
    await streams.reset(await streams.streams(), note);
  } finally {
    await streams.close();
  }
}

/**
 * Makes a line's previous champion the champion again. This model's baseline and references are as they were when it was last
 * the champion.
 * @throws UserError if there is no previous champion, if it is no longer a valid model, or if the champion changes meanwhile
 */
export async function rollback(
  directory: string,
  line: string,
  now: () => Date = () => new Date(),
): Promise<Promotion> {
  const previous = lineOfRegistry(await readRegistry(directory), line)?.champions.at(-2);
  if (previous === undefined) {
    throw new UserError(`${directory}: line ${JSON.stringify(line)} has no earlier champion to roll back to`, {
      advice: `List the line's models: ${shellCommand("tidemark", "models", "list", "--dir", directory)}`,
    });
  }
  await openWatchedModel(join(directory, previous));
  return changeRegistry(directory, (registry) => {
    const own = lineOfRegistry(registry, line);
    if (own?.champions.at(-2) !== previous) {
      throw new UserError(`${directory}: the champion of line ${JSON.stringify(line)} has just changed`, {
        advice: `List the line's models, and try again: ${shellCommand("tidemark", "models", "list", "--dir", directory)}`,
      });
    }
    const left = own.champions.pop()!;
    own.log.push({ at: now().toISOString(), action: "rollback", champion: previous });
    return { line, champion: previous, previous: left };
  });
}

/** Reads a version's training report and, if it was retrained, the report of its retraining. */
export async function showModel(model: string): Promise<ShownModel> {
  const directory = await resolveModel(model);
  const version = await describeModelVersion(directory);
  const report = await readJsonFile(await neededFileInside(directory, modelFiles.cvReport), cvReportSchema);
  const retraining =
    version.from === null
      ? null
      : await readJsonFile(await neededFileInside(directory, retrainReportFile), retrainReportSchema);
  return { version, report, retraining };
}

async function describeModelVersion(directory: string, listed?: Registry): Promise<ShownModel["version"]> {
  const { model_version, created_at, data, retrained_from } = await readManifest(directory);
  const registry = listed ?? (await readRegistry(dirname(resolve(directory))));
  const { summary } = await readJsonFile(await neededFileInside(directory, modelFiles.cvReport), cvReportSchema);
  const name = basename(resolve(directory));
  return {
    name,
    line: registryLineOfModel(registry, name, retrained_from?.line),
    modelVersion: model_version,
    createdAt: created_at,
    from: retrained_from?.model ?? null,
    people: data.users.length,
    classes: data.classes,
    macroF1: summary.over_folds.macro_f1,
    accuracy: summary.over_folds.accuracy,
  };
}

/** Returns null if the folder is not a model. If its manifest or its report cannot be read, warns and returns null. */
async function describeListedModel(
  directory: string,
  registry: Registry,
  warn: Reporter["warn"],
): Promise<ShownModel["version"] | null> {
  try {
    return (await isListedModel(directory)) ? await describeModelVersion(directory, registry) : null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const details = shellCommand("tidemark", "models", "show", shellPath(directory));
    warn(`${directory} is not listed: ${error.headline.replace(/:$/, "")}. Details: ${details}`);
    return null;
  }
}

/** Whether the folder has a manifest, readable or not. @throws UserError if this cannot be determined */
async function isListedModel(directory: string): Promise<boolean> {
  try {
    await lstat(join(directory, modelFiles.manifest));
    return true;
  } catch (error) {
    if (hasSystemErrorCode(error, "ENOTDIR") || hasSystemErrorCode(error, "ENOENT")) return false;
    throw explainSystemErrorOnRead(error, directory);
  }
}
