// Who sends a request, and what they may do. Tokens are read again when their file changes. Without any token, only this machine
// can reach the service, and requests that a page of another site sends through the user's browser are refused.

import { timingSafeEqual } from "node:crypto";
import { stat } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { parseTokenScope, type ScopeKind, scopesAllow, type TokenScope } from "../../pipelines/token-scope.ts";
import { defaultProject, hashToken, isValidToken, readTokenFile, type StoredToken } from "../../pipelines/tokens.ts";
import { Problem } from "./problem.ts";
import { RateLimit } from "./rate-limit.ts";

/** Who sends a request. */
export interface Caller {
  /** Name of the token. */
  readonly name: string;
  readonly project: string;
  may(kind: ScopeKind, stream: string | null): boolean;
}

export interface AuthorizerOptions {
  /** Path of the file of tokens. */
  readonly file: string;
  /** Environment variables with fixed tokens. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Maximum number of requests per second of one token. */
  readonly requestsPerSecond: number;
  /** Whether requests need no token as long as there is none, because only this machine can send them. */
  readonly isOpen?: boolean;
  readonly now?: () => Date;
}

const noFile = "no file";

interface KnownToken extends Omit<StoredToken, "scopes"> {
  readonly scopes: readonly TokenScope[];
}

/** Fixed tokens, for deployments whose secrets come from the environment. */
export const fixedTokens = {
  TIDEMARK_INGEST_TOKEN: "ingest",
  TIDEMARK_READ_TOKEN: "read",
  TIDEMARK_ADMIN_TOKEN: "admin",
} as const;

/** A shorter token could be guessed. */
const shortestFixedToken = 32;

export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #fixed: readonly KnownToken[];
  readonly #rates: RateLimit;
  #read: { readonly stamp: string; readonly tokens: readonly KnownToken[] } = { stamp: noFile, tokens: [] };

  /** @throws UserError if a fixed token is too short */
  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#fixed = fixedTokensOf(options.environment);
    this.#rates = new RateLimit(options.requestsPerSecond);
  }

  async hasTokens(): Promise<boolean> {
    return (await this.#tokens()).length > 0;
  }

  /** Whether requests need a token. They do as soon as there is a file of tokens, even if all of them were revoked. */
  async needsTokens(): Promise<boolean> {
    await this.#tokens();
    return this.#options.isOpen !== true || this.#fixed.length > 0 || this.#read.stamp !== noFile;
  }

  /**
   * @param needed null if anybody may do it
   * @throws Problem 401, 403 or 429
   */
  async authorize(headers: Headers, needed: ScopeKind | null, stream: string | null): Promise<Caller> {
    if (needed === null) return anybody;
    const tokens = await this.#tokens();
    const caller = (await this.needsTokens()) ? callerOfToken(headers, tokens) : localCaller(headers);
    const { now = () => new Date() } = this.#options;
    const wait = this.#rates.take(caller.name, now().getTime());
    if (wait > 0) {
      throw new Problem({
        status: 429,
        title: "Too many requests",
        detail: `token ${JSON.stringify(caller.name)}: expected at most ${this.#options.requestsPerSecond} requests per second`,
        advice: `Send the request again after ${wait} s.`,
        headers: { "Retry-After": String(wait) },
      });
    }
    if (!caller.may(needed, stream)) {
      const what = stream === null ? needed : `${needed} for stream ${JSON.stringify(stream)}`;
      throw new Problem({
        status: 403,
        title: "Not allowed",
        detail: `token ${JSON.stringify(caller.name)} does not have the scope ${what}`,
        advice: "Use another token, or create one with `tidemark token create`.",
      });
    }
    return caller;
  }

  async #tokens(): Promise<readonly KnownToken[]> {
    const { file, now = () => new Date() } = this.#options;
    const found = await stat(file, { bigint: true }).catch(() => undefined);
    const stamp = found === undefined ? noFile : `${found.ino} ${found.size} ${found.mtimeNs}`;
    if (stamp !== this.#read.stamp) {
      const { tokens } = await readTokenFile(file);
      this.#read = { stamp, tokens: tokens.map((own) => ({ ...own, scopes: own.scopes.map(parseTokenScope) })) };
    }
    const at = now().toISOString();
    return [...this.#fixed, ...this.#read.tokens].filter((own) => isValidToken(own, at));
  }
}

const anybody: Caller = { name: "anybody", project: defaultProject, may: () => false };

function fixedTokensOf(environment: AuthorizerOptions["environment"]): KnownToken[] {
  return Object.entries(fixedTokens).flatMap(([variable, kind]) => {
    const token = environment[variable];
    if (token === undefined || token === "") return [];
    if (token.length < shortestFixedToken) {
      throw new UserError(`${variable}: expected at least ${shortestFixedToken} characters, got ${token.length}`, {
        advice: "Generate one: openssl rand -base64 32",
      });
    }
    const scopes = [parseTokenScope(kind)];
    const created = "1970-01-01T00:00:00.000Z";
    return [
      {
        name: variable,
        project: defaultProject,
        scopes,
        hash: hashToken(token),
        created_at: created,
        expires_at: null,
      },
    ];
  });
}

function callerOfToken(headers: Headers, tokens: readonly KnownToken[]): Caller {
  const [, presented] = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
  const hash = Buffer.from(hashToken(presented ?? ""), "hex");
  // All hashes are compared, each in constant time, so the time tells nothing about the tokens.
  const known = tokens.filter((own) => timingSafeEqual(Buffer.from(own.hash, "hex"), hash));
  if (presented === undefined || known.length === 0) {
    throw new Problem({
      status: 401,
      title: "Unknown token",
      detail:
        presented === undefined
          ? "expected the header Authorization: Bearer TOKEN, got none"
          : "the token is not known, or is no longer valid",
      advice: "Create a token with `tidemark token create`.",
      headers: { "WWW-Authenticate": 'Bearer realm="tidemark"' },
    });
  }
  const { name, project, scopes } = known[0]!;
  return { name, project, may: (kind, stream) => scopesAllow(scopes, kind, stream) };
}

/** @throws Problem 403 if the request may come from a page of another site (CSRF, or DNS rebinding) */
function localCaller(headers: Headers): Caller {
  const host = headers.get("host") ?? "";
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site") ?? "none";
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
  const isOwn = (origin === null || origin === `http://${host}`) && /^(none|same-origin)$/.test(site);
  if (!isLocal || !isOwn) {
    throw new Problem({
      status: 403,
      title: "Not allowed",
      detail: `without tokens, requests must be sent to this machine by this machine; got Host ${JSON.stringify(host)}${origin === null ? "" : `, Origin ${JSON.stringify(origin)}`}`,
      advice: "Create a token with `tidemark token create`.",
    });
  }
  return { name: "local", project: defaultProject, may: () => true };
}
