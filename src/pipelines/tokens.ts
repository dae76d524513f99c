// `tidemark token`: creates, lists, rotates and revokes the tokens of the service. Every change is recorded in the audit log.

import { accountName } from "../account-name.ts";
import { UserError } from "../errors.ts";
import type { TokenPlaceConfig } from "../options/resolve-config.ts";
import type { AccessStore, AuditEntry } from "../storage/access-store.ts";
import { defaultProject } from "../storage/opened-store.ts";
import { checkStreamName } from "../storage/stream-names.ts";
import { hashToken, isValidToken, newTokenSecret, type StoredToken } from "../storage/token-file.ts";
import { openAccessStore } from "./access-place.ts";
import { parseTokenScope } from "./token-scope.ts";

export { defaultProject } from "../storage/opened-store.ts";
export { hashToken, isValidToken, type StoredToken } from "../storage/token-file.ts";

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

/** @throws UserError if a valid token already has this name, or if a scope or the project's name is invalid */
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
  await withAccessStore(place, async (access) => {
    await access.changeTokens((tokens) => {
      if (tokens.some((own) => own.name === name && isValidToken(own, at))) {
        throw new UserError(`there is already a token named ${JSON.stringify(name)}`, {
          advice: "Choose another name, or replace its secret with `tidemark token rotate`.",
        });
      }
      tokens.push(stored);
    });
    const details = { scopes: [...scope], project };
    await auditToken(access, { at, action: "token create", target: name, details }, run);
  });
  return { ...listedToken(stored), token: secret };
}

/** The valid tokens. */
export async function listTokens(
  place: TokenPlaceConfig,
  { now = () => new Date() }: TokenRun = {},
): Promise<ListedToken[]> {
  const tokens = await withAccessStore(place, (access) => access.tokens());
  return (tokens ?? []).filter((own) => isValidToken(own, now().toISOString())).map(listedToken);
}

/**
 * Replaces the secret of a token. The old secret stays valid for some time, so that devices can switch without a gap.
 * @throws UserError if there is no valid token with this name
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
  const stored = await withAccessStore(place, async (access) => {
    const rotated = await access.changeTokens((tokens) => {
      const valid = tokens.filter((own) => own.name === name && isValidToken(own, at));
      const latest = valid.at(-1);
      if (latest === undefined) throw unknownToken(name);
      for (const own of valid) if (own.expires_at === null || own.expires_at > until) own.expires_at = until;
      const next = newStoredToken(name, latest.project, latest.scopes, secret, at);
      tokens.push(next);
      return next;
    });
    await auditToken(access, { at, action: "token rotate", target: name, details: { until } }, run);
    return rotated;
  });
  return { ...listedToken(stored), token: secret };
}

/** Removes a token with all its secrets. @throws UserError if there is no valid token with this name */
export async function revokeToken(
  place: TokenPlaceConfig,
  name: string,
  run: TokenRun = {},
): Promise<{ name: string }> {
  const { now = () => new Date() } = run;
  const at = now().toISOString();
  await withAccessStore(place, async (access) => {
    await access.changeTokens((tokens) => {
      if (!tokens.some((own) => own.name === name && isValidToken(own, at))) throw unknownToken(name);
      for (const own of tokens.filter((one) => one.name === name)) tokens.splice(tokens.indexOf(own), 1);
    });
    await auditToken(access, { at, action: "token revoke", target: name, details: {} }, run);
  });
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

function auditToken(
  access: AccessStore,
  entry: Omit<AuditEntry, "actor">,
  { actor = `${accountName()} (command line)` }: TokenRun,
): Promise<void> {
  return access.audit({ actor, ...entry });
}

async function withAccessStore<T>(place: TokenPlaceConfig, work: (access: AccessStore) => Promise<T>): Promise<T> {
  const access = await openAccessStore(place);
  try {
    return await work(access);
  } finally {
    await access.close();
  }
}
