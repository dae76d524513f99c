// The models of a service, with the store for their streams.

import { openModelLedgerStore } from "../monitoring/streams/model-ledger.ts";
import type { OpenedStore } from "../storage/opened-store.ts";
import { ServedModels, serviceLedgerWait } from "./served-models.ts";

export interface ServedFolders {
  /** Folder of model folders. */
  readonly models: string;
  /** Address of the store; undefined if the streams of each model are in its folder. */
  readonly store?: string | undefined;
  /** Maximum number of connections to a PostgreSQL server (default 10). */
  readonly connections?: number;
}

export interface OpenedServedModels {
  readonly models: ServedModels;
  /** The store of all models; undefined if the streams of each model are in its folder. */
  readonly store: OpenedStore | undefined;
  close(): Promise<void>;
}

/** @throws UserError if the store cannot be used */
export async function openServedModels({ models: directory, ...given }: ServedFolders): Promise<OpenedServedModels> {
  const { store: address, connections } = given;
  const options = { ...serviceLedgerWait, ...(connections !== undefined && { connections }) };
  const store = address === undefined ? undefined : await openModelLedgerStore(address, options);
  const models = new ServedModels({ models: directory, store });
  return {
    models,
    store,
    close: async () => {
      await models.close();
      await store?.close();
    },
  };
}
