// A store for streams, shared by several models and projects, outside the model folders. Streams are identified by a project
// and a version of a model.
import type { LedgerUpgrade } from "./ledger-upgrade.ts";
import type { PostgresOptions } from "./postgres-connection.ts";
import type { StreamStore } from "./stream-store.ts";

/** Identifies the streams of one version of a model. */
export interface StoreKey {
  /** The project that owns the streams. */
  readonly project: string;
  /** The manifest's `model_version`, because counts on the grid of one model are meaningless for another model. */
  readonly model: string;
}

/** The default project; streams without a project belong to it. */
export const defaultProject = "default";

export interface OpenedStore {
  /** The address without a password; safe to print. */
  readonly address: string;
  /** Opens a model's streams, which the caller must close. @throws UserError if they cannot be used */
  streamsOf(key: StoreKey): Promise<StreamStore>;
  /** Whether a model's streams have ever been opened. */
  has(key: StoreKey): Promise<boolean>;
  /** Names of the projects in which a model's streams have ever been opened, sorted. */
  projects(): Promise<string[]>;
  /** Resolves if the store can be reached. @throws UserError if it cannot be reached */
  reach(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions extends LedgerUpgrade, PostgresOptions {
  /** Maximum time to wait for another process (default 30,000). */
  readonly busyTimeoutMs?: number;
}
