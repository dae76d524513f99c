// Opens the store that keeps the streams of many models, wherever that is.
import { UserError } from "../../errors.ts";
import type { OpenedStore, StoreOptions } from "./opened-store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { StoreAddress } from "./store-address.ts";

/** @throws UserError if the store cannot be reached or used; the message names it without its password */
export async function openStore(address: StoreAddress, options: StoreOptions): Promise<OpenedStore> {
  switch (address.kind) {
    case "sqlite":
      return SqliteStore.open(address, options);
    case "postgres":
      throw new UserError(`${address.shown}: PostgreSQL is not supported yet`, { advice: "Use sqlite:DIR." });
    default:
      return address satisfies never;
  }
}
