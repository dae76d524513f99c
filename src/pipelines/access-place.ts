// Where a service keeps its tokens, the sessions of its pages and its audit log: in the place that --tokens names; or with its
// streams if they are in a store, so that all replicas share them; or else in the folder of its models.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { TokenPlaceConfig } from "../options/resolve-config.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import type { AccessStore } from "../storage/access-store.ts";
import { FileAccessStore } from "../storage/file-access-store.ts";
import { parseStoreAddress, type StoreAddress } from "../storage/store-address.ts";

export type { AccessStore } from "../storage/access-store.ts";

const tokenFile = "tokens.json";

/** The path of a token file, or the address of a database. */
type AccessPlace = string | Extract<StoreAddress, { kind: "postgres" }>;

/** The place of the tokens, for messages; without a password. @throws UserError if the options name no place */
export function shownAccessPlace(config: TokenPlaceConfig): string {
  const place = accessPlaceOf(config);
  return typeof place === "string" ? place : place.shown;
}

/** The options that name the place for another command. A database's password comes from elsewhere. */
export function accessPlaceWords(config: TokenPlaceConfig): string[] {
  const { models, tokens } = config;
  if (tokens !== undefined) return ["--tokens", shellPath(tokens)];
  if (config.store === undefined) return models === undefined ? [] : ["--models", shellPath(models)];
  const { kind, shown } = parseStoreAddress(config.store);
  return ["--store", kind === "postgres" ? shown : config.store];
}

/** @throws UserError if the options name no place, or the database cannot be used */
export async function openAccessStore(config: TokenPlaceConfig): Promise<AccessStore> {
  const place = accessPlaceOf(config);
  if (typeof place === "string") return new FileAccessStore(place);
  refuseForgottenTokens(config, place.shown);
  // Loads pg, which is not needed without a PostgreSQL store.
  const { PostgresAccessStore } = await import("../storage/postgres-access-store.ts");
  return PostgresAccessStore.open(place);
}

function accessPlaceOf({ tokens, store, models }: TokenPlaceConfig): AccessPlace {
  if (tokens !== undefined) return tokens;
  const address = store === undefined ? undefined : parseStoreAddress(store);
  if (address?.kind === "postgres") return address;
  if (address?.kind === "sqlite") return join(address.directory, tokenFile);
  if (models !== undefined) return join(models, tokenFile);
  throw new UserError("expected one of --models, --store and --tokens, got none", {
    advice: "Give the same options as for `tidemark serve`, for example --models models.",
  });
}

/** Tokens in a file that nothing reads any more would look as if they protected the service. */
function refuseForgottenTokens({ models }: TokenPlaceConfig, shown: string): void {
  if (models === undefined) return;
  const file = join(models, tokenFile);
  if (!existsSync(file)) return;
  throw new UserError(`${file}: expected the tokens in ${shown}, which all replicas share, found a token file`, {
    advice: `To keep using the file, add ${shellCommand("--tokens", file)}. Otherwise remove it, and create the tokens again.`,
  });
}
