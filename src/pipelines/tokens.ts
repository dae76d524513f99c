// `tidemark token`: creates, lists, rotates and revokes the tokens of the service. Every change is recorded in the audit log.

import { dirname, join } from "node:path";
import { accountName } from "../account-name.ts";
import { UserError } from "../errors.ts";
import type { TokenPlaceConfig } from "../options/resolve-config.ts";
import { defaultProject } from "../storage/opened-store.ts";
import { parseStoreAddress } from "../storage/store-address.ts";
import { checkStreamName } from "../storage/stream-names.ts";
import {
  changeTokenFile,
  hashToken,
  isValidToken,
  newTokenSecret,
  readTokenFile,
  type StoredToken,
} from "../storage/token-file.ts";
import { type AuditEntry, writeAuditLog } from "./audit-log.ts";
import { parseTokenScope } from "./token-scope.ts";

export { defaultProject } from "../storage/opened-store.ts";
export {
  hashToken,
  isValidToken,
  readTokenFile,
  type StoredToken,
} from "../storage/token-file.ts";

/** A token in a list, without its secret. */
export interface ListedToken {
  readonly name: string;
  readonly project: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  /** Expiry as ISO 8601; null if the token does not expire. */
  readonly expiresAt: string | null;
}

/** A new token with its secret, which cannot be shown again. */
export interface CreatedToken extends ListedToken {
  readonly token: string;
}

export interface TokenRun {
  readonly now?: () => Date;
  /** Author of the change, for the audit log. Default: the user of the operating system. */
  readonly actor?: string;
}

/**
 * Where a service stores its tokens: in the file given by `--tokens`, or in tokens.json in its stream store or model directory.
 */
export function tokenFileOf({ tokens, store, models }: TokenPlaceConfig): string {
  if (tokens !== undefined) return tokens;
  const address = store === undefined ? undefined : parseStoreAddress(store);
  if (address?.kind === "sqlite") return join(address.directory, "tokens.json");
  if (models !== undefined) return join(models, "tokens.json");
  throw new UserError("expected one of --models, --store and --tokens, got none", {
    advice: "Give the same options as for `tidemark serve`, for example --models models.",
  });
}

export function auditLogBesideTokens(place: TokenPlaceConfig): string {
  return join(dirname(tokenFileOf(place)), "audit.jsonl");
}

/** @throws UserError if a valid token already has this name, or if a scope is invalid */
export async function createToken(
  place: TokenPlaceConfig,
  { name, scope, project = defaultProject }: { name: string; scope: readonly string[]; project?: string },
  run: TokenRun = {},
): Promise<CreatedToken> {
  for (const written of scope) parseTokenScope(written);
  checkStreamName("stream", project);
  const { now = () => new Date() } = run;
  const at = now().toISOString();
  const secret = newTokenSecret();
  const stored = newStoredToken(name, project, scope, secret, at);
  await changeTokenFile(tokenFileOf(place), (tokens) => {
    if (tokens.some((own) => own.name === name && isValidToken(own, at))) {
      throw new UserError(`there is already a token named ${JSON.stringify(name)}`, {
        advice: "Choose another name, or replace its secret with `tidemark token rotate`.",
      });
    }
    tokens.push(stored);
  });
  await auditToken(place, { action: "token create", target: name, details: { scopes: [...scope], project } }, at, run);
  return { ...listedToken(stored), token: secret };
}

/** The valid tokens. */
export async function listTokens(
  place: TokenPlaceConfig,
  { now = () => new Date() }: TokenRun = {},
): Promise<ListedToken[]> {
  const { tokens } = await readTokenFile(tokenFileOf(place));
  return tokens.filter((own) => isValidToken(own, now().toISOString())).map(listedToken);
}

/**
 * Replaces the secret of a token. The old secret stays valid for some time, so that devices can switch without a gap.
 * @throws UserError if the token does not exist
 */
export async function rotateToken(
  place: TokenPlaceConfig,
  { name, overlapHours }: { name: string; overlapHours: number },
  run: TokenRun = {},
): Promise<CreatedToken> {
  const { now = () => new Date() } = run;
  const at = now().toISOString();
  const until = new Date(now().getTime() + overlapHours * 3_600_000).toISOString();
  const secret = newTokenSecret();
  const stored = await changeTokenFile(tokenFileOf(place), (tokens) => {
    const valid = tokens.filter((own) => own.name === name && isValidToken(own, at));
    const latest = valid.at(-1);
    if (latest === undefined) throw unknownToken(name);
    for (const own of valid) if (own.expires_at === null || own.expires_at > until) own.expires_at = until;
    const next = newStoredToken(name, latest.project, latest.scopes, secret, at);
    tokens.push(next);
    return next;
  });
  await auditToken(place, { action: "token rotate", target: name, details: { until } }, at, run);
  return { ...listedToken(stored), token: secret };
}

/** Removes a token with all its secrets. @throws UserError if the token does not exist */
export async function revokeToken(
  place: TokenPlaceConfig,
  name: string,
  run: TokenRun = {},
): Promise<{ name: string }> {
  const { now = () => new Date() } = run;
  const at = now().toISOString();
  await changeTokenFile(tokenFileOf(place), (tokens) => {
    if (!tokens.some((own) => own.name === name && isValidToken(own, at))) throw unknownToken(name);
    for (const own of tokens.filter((one) => one.name === name)) tokens.splice(tokens.indexOf(own), 1);
  });
  await auditToken(place, { action: "token revoke", target: name, details: {} }, at, run);
  return { name };
}

function newStoredToken(
  name: string,
  project: string,
  scopes: readonly string[],
  secret: string,
  at: string,
): StoredToken {
  return { name, project, scopes: [...scopes], hash: hashToken(secret), created_at: at, expires_at: null };
}

function listedToken({ name, project, scopes, created_at, expires_at }: StoredToken): ListedToken {
  return { name, project, scopes, createdAt: created_at, expiresAt: expires_at };
}

function unknownToken(name: string): UserError {
  return new UserError(`there is no token named ${JSON.stringify(name)}`, {
    advice: "List all tokens with `tidemark token list`.",
  });
}

async function auditToken(
  place: TokenPlaceConfig,
  entry: Omit<AuditEntry, "at" | "actor">,
  at: string,
  { actor = `${accountName()} (command line)` }: TokenRun,
): Promise<void> {
  await writeAuditLog(auditLogBesideTokens(place), { at, actor, ...entry });
}
