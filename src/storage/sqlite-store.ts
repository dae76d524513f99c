// A folder with one ledger per model version: DIR/PROJECT/MODEL_VERSION/monitor.sqlite. If a project's name cannot be used as a
// folder name, its folder contains a file with the name. There is no rolling_reference.json next to these ledgers, because only
// model folders have one.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectories } from "../make-directories.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { exists } from "./exists.ts";
import { monitorFile } from "./monitor-database.ts";
import type { OpenedStore, StoreKey, StoreOptions } from "./opened-store.ts";
import { SqliteStreamStore } from "./sqlite-stream-store.ts";
import type { StoreAddress } from "./store-address.ts";
import { streamFolderName } from "./stream-names.ts";
import type { StreamStore } from "./stream-store.ts";

const projectNameFile = "project.txt";

export class SqliteStore implements OpenedStore {
  readonly address: string;
  readonly #directory: string;
  readonly #options: StoreOptions;

  private constructor(address: string, directory: string, options: StoreOptions) {
    this.address = address;
    this.#directory = directory;
    this.#options = options;
  }

  /** Opens or creates the folder. @throws the system error if it cannot be created */
  static async open(
    { shown, directory }: Extract<StoreAddress, { kind: "sqlite" }>,
    options: StoreOptions,
  ): Promise<SqliteStore> {
    await makeDirectories(directory);
    return new SqliteStore(shown, directory, options);
  }

  async streamsOf({ project, model }: StoreKey): Promise<StreamStore> {
    const directory = this.#folderOf({ project, model });
    await makeDirectories(directory);
    const named = join(this.#directory, streamFolderName(project), projectNameFile);
    if (streamFolderName(project) !== project && !(await exists(named))) await writeFileAtomic(named, project);
    return SqliteStreamStore.open(directory, { modelVersion: model, ...this.#options });
  }

  async has(key: StoreKey): Promise<boolean> {
    return exists(join(this.#folderOf(key), monitorFile));
  }

  async projects(): Promise<string[]> {
    const folders = await sqliteStoreFolders(this.#directory);
    const names = await Promise.all(folders.map((folder) => this.#projectIn(folder)));
    return names.filter((name) => name !== null).sort();
  }

  /**
   * The name of the project that owns a folder; null if the folder does not belong to a project, or if an earlier version of
   * Tidemark created it without storing the name.
   */
  async #projectIn(folder: string): Promise<string | null> {
    if ((await sqliteStoreFolders(join(this.#directory, folder))).length === 0) return null;
    if (streamFolderName(folder) === folder) return folder;
    const named = join(this.#directory, folder, projectNameFile);
    if (!(await exists(named))) return null;
    const name = await readFile(named, "utf8");
    return streamFolderName(name) === folder ? name : null;
  }

  #folderOf({ project, model }: StoreKey): string {
    return join(this.#directory, streamFolderName(project), streamFolderName(model));
  }

  async reach(): Promise<void> {
    await makeDirectories(this.#directory);
  }

  async close(): Promise<void> {}
}

/** Names of the folders directly inside a folder. */
async function sqliteStoreFolders(directory: string): Promise<string[]> {
  const found = await readdir(directory, { withFileTypes: true });
  return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
