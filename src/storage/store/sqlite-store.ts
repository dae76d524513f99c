// A folder with one ledger per model version: DIR/PROJECT/MODEL/monitor.sqlite. There is no rolling_reference.json next to
// these ledgers, because only model folders have one.
import { join } from "node:path";
import { makeDirectories } from "../../make-directories.ts";
import type { OpenedStore, StoreKey, StoreOptions } from "./opened-store.ts";
import { SqliteStreamStore } from "./sqlite-stream-store.ts";
import type { StoreAddress } from "./store-address.ts";
import { streamFolderName } from "./stream-names.ts";
import type { StreamStore } from "./stream-store.ts";

export class SqliteStore implements OpenedStore {
  readonly address: string;
  readonly #directory: string;
  readonly #options: StoreOptions;

  private constructor(address: string, directory: string, options: StoreOptions) {
    this.address = address;
    this.#directory = directory;
    this.#options = options;
  }

  /** Opens or creates the folder. @throws the system's error if it cannot be created */
  static async open(
    { shown, directory }: Extract<StoreAddress, { kind: "sqlite" }>,
    options: StoreOptions,
  ): Promise<SqliteStore> {
    await makeDirectories(directory);
    return new SqliteStore(shown, directory, options);
  }

  async streamsOf({ project, model }: StoreKey): Promise<StreamStore> {
    const directory = join(this.#directory, streamFolderName(project), streamFolderName(model));
    await makeDirectories(directory);
    return SqliteStreamStore.open(directory, { modelVersion: model, ...this.#options });
  }

  async reach(): Promise<void> {
    await makeDirectories(this.#directory);
  }

  async close(): Promise<void> {}
}
