// Opens the store for the streams of many models, which may be a folder or a database.
import type { OpenedStore, StoreOptions } from "./opened-store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { StoreAddress } from "./store-address.ts";

/** @throws UserError if the store cannot be reached or used; the message names the store without its password */
export async function openStore(address: StoreAddress, options: StoreOptions): Promise<OpenedStore> {
  switch (address.kind) {
    case "sqlite":
      return SqliteStore.open(address, options);
    case "postgres": {
      // Loads pg, which is not needed without a PostgreSQL store.
      const { PostgresStore } = await import("./postgres-store.ts");
      return PostgresStore.open(address, options);
    }
    default:
      return address satisfies never;
  }
}
