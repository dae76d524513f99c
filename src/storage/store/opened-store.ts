// A store of streams that several models and projects share, outside the model folders. Streams are identified by a project and
// a version of a model.
import type { LedgerUpgrade } from "./ledger-upgrade.ts";
import type { PostgresOptions } from "./postgres-connection.ts";
import type { StreamStore } from "./stream-store.ts";

/** Identifies the streams of one version of a model. */
export interface StoreKey {
  /** Who the streams belong to. */
  readonly project: string;
  /** `model_version` of the manifest: counts on the grid of one model are meaningless for another. */
  readonly model: string;
}

/** The project of streams for which none is named. */
export const defaultProject = "default";

export interface OpenedStore {
  /** The address without a password; safe to print. */
  readonly address: string;
  /** Opens the streams of a model; they must be closed too. @throws UserError if they cannot be used */
  streamsOf(key: StoreKey): Promise<StreamStore>;
  /** Resolves if the store can be reached. @throws UserError otherwise */
  reach(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions extends LedgerUpgrade, PostgresOptions {
  /** Maximum time to wait for another process (default 30,000). */
  readonly busyTimeoutMs?: number;
}
