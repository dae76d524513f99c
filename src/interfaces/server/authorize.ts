// The sender of a request and its permissions. Programs send their token with each request; the pages log in with a token once
// and then send a cookie. Each request asks for the tokens as they are now, so a revoked token is refused at once. If there has
// never been a token, the service accepts requests only from this machine, and refuses requests that a page from another site
// sends through the user's browser.

import { timingSafeEqual } from "node:crypto";
import { UserError } from "../../errors.ts";
import type { AccessStore } from "../../pipelines/access-place.ts";
import { csrfTokenOfPageSession, type PageSessions } from "../../pipelines/page-sessions.ts";
import { parseTokenScope, scopesAllow, type TokenScope } from "../../pipelines/token-scope.ts";
import { defaultProject, hashToken, isValidToken, type StoredToken } from "../../pipelines/tokens.ts";
import type { Caller, CallerSession, NeededScope, SentRequest } from "./caller.ts";
import { Problem } from "./problem.ts";
import { RateLimit } from "./rate-limit.ts";
import {
  forgedCookieRequestProblem,
  isSessionFromSameOrigin,
  refuseForgedCookieRequest,
  secretInSessionCookie,
} from "./session-cookie.ts";

/** A session that has just been opened, with its secret. */
export interface LoggedIn {
  readonly caller: Caller;
  readonly session: CallerSession & {
    /** Its duration. */
    readonly seconds: number;
  };
}

export interface AuthorizerOptions {
  readonly access: Pick<AccessStore, "tokens">;
  /** Environment variables that contain fixed tokens. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Maximum number of requests per second for each token. */
  readonly requestsPerSecond: number;
  /** Whether requests need no token as long as none exists, because the service can be reached only from this machine. */
  readonly isOpen?: boolean;
  readonly sessions: PageSessions;
  readonly now?: () => Date;
}

interface KnownToken extends StoredToken {
  readonly parsed: readonly TokenScope[];
}

/**
 * Environment variables with fixed tokens, and the scope of each token; for deployments whose secrets come from the
 * environment.
 */
const fixedTokens = {
  TIDEMARK_INGEST_TOKEN: "ingest",
  TIDEMARK_READ_TOKEN: "read",
  TIDEMARK_ADMIN_TOKEN: "admin",
} as const;

/** Minimum number of characters in a fixed token; a shorter token could be guessed. */
const shortestFixedToken = 32;

export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #fixed: readonly KnownToken[];
  readonly #rates: RateLimit;
  #known: { readonly stored: readonly StoredToken[]; readonly tokens: readonly KnownToken[] } | undefined;

  /** @throws UserError if a fixed token is too short */
  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#fixed = fixedTokensToAuthorize(options.environment);
    this.#rates = new RateLimit(options.requestsPerSecond);
  }

  /** Whether there is a token that is valid at the moment. */
  async hasTokens(): Promise<boolean> {
    return ((await this.#tokens()) ?? []).length > 0;
  }

  /**
   * @param needed the required scope; null if no token is required
   * @throws Problem 401, 403 or 429
   */
  async authorize(request: SentRequest, needed: NeededScope, stream: string | null): Promise<Caller> {
    if (needed === null) return anybody;
    const caller = await this.#callerOf(request);
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
    if (needed !== "any" && !caller.may(needed, stream)) {
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

  /**
   * The caller of a request; null if it must log in or send a token first.
   * @throws Problem 403 if the request may come from a page on another site
   */
  async identify(request: SentRequest): Promise<Caller | null> {
    try {
      return await this.#callerOf(request);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  }

  /**
   * Opens a session for a page.
   * @throws Problem 401 if the token is not valid, 403 if the request comes from a page on another site
   */
  async logIn({ headers }: SentRequest, token: string): Promise<LoggedIn> {
    if (!isSessionFromSameOrigin(headers))
      throw forgedCookieRequestProblem("expected a request from one of this service's pages");
    const known = tokenPresentedToAuthorize((await this.#tokens()) ?? [], token);
    const session = await this.#options.sessions.begin(known.hash);
    return { caller: authorizedCaller(known, session), session };
  }

  async logOut({ secret }: CallerSession): Promise<void> {
    await this.#options.sessions.end(secret);
  }

  async #callerOf(request: SentRequest): Promise<Caller> {
    const { headers } = request;
    const [, presented] = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
    // A fixed token works even while the store of the others cannot be reached, so that the service can still be monitored.
    const fixed = presented === undefined ? undefined : tokenToAuthorize(this.#fixed, hashToken(presented));
    if (fixed !== undefined) return authorizedCaller(fixed, null);
    const tokens = await this.#tokens();
    if (tokens === null && this.#options.isOpen === true) return authorizeLocalCaller(headers);
    const secret = presented === undefined ? secretInSessionCookie(request) : null;
    if (secret !== null) return this.#callerOfSession(request, secret, tokens ?? []);
    if (presented === undefined) throw unauthorizedRequest("expected the header Authorization: Bearer TOKEN, got none");
    return authorizedCaller(tokenPresentedToAuthorize(tokens ?? [], presented), null);
  }

  async #callerOfSession(request: SentRequest, secret: string, tokens: readonly KnownToken[]): Promise<Caller> {
    const session = await this.#options.sessions.find(secret);
    const known = session === null ? undefined : tokenToAuthorize(tokens, session.token_hash);
    if (session === null || known === undefined) {
      throw new Problem({
        status: 401,
        title: "Session ended",
        detail: "the session has expired, was logged out, or its token is no longer valid",
        advice: "Log in again.",
      });
    }
    refuseForgedCookieRequest(request, csrfTokenOfPageSession(secret));
    return authorizedCaller(known, { secret, expiresAt: session.expires_at });
  }

  /** The valid tokens; null if there has never been one. From the first token on, requests need one, even if all are revoked. */
  async #tokens(): Promise<readonly KnownToken[] | null> {
    const { access, now = () => new Date() } = this.#options;
    const stored = await access.tokens();
    if (stored === null && this.#fixed.length === 0) return null;
    if (stored !== null && stored !== this.#known?.stored) {
      this.#known = { stored, tokens: stored.map((own) => ({ ...own, parsed: own.scopes.map(parseTokenScope) })) };
    }
    const at = now().toISOString();
    return [...this.#fixed, ...(stored === null ? [] : this.#known!.tokens)].filter((own) => isValidToken(own, at));
  }
}

const anybody: Caller = { name: "anybody", project: defaultProject, scopes: [], session: null, may: () => false };

function fixedTokensToAuthorize(environment: AuthorizerOptions["environment"]): KnownToken[] {
  return Object.entries(fixedTokens).flatMap(([variable, kind]) => {
    const token = environment[variable];
    if (token === undefined || token === "") return [];
    if (token.length < shortestFixedToken) {
      throw new UserError(`${variable}: expected at least ${shortestFixedToken} characters, got ${token.length}`, {
        advice: "Generate one: openssl rand -base64 32",
      });
    }
    const created = "1970-01-01T00:00:00.000Z";
    return [
      {
        name: variable,
        project: defaultProject,
        scopes: [kind],
        parsed: [parseTokenScope(kind)],
        hash: hashToken(token),
        created_at: created,
        expires_at: null,
      },
    ];
  });
}

/** All hashes are compared, each in constant time, so that the response time reveals nothing about the tokens. */
function tokenToAuthorize(tokens: readonly KnownToken[], hash: string): KnownToken | undefined {
  const wanted = Buffer.from(hash, "hex");
  return tokens.filter((own) => timingSafeEqual(Buffer.from(own.hash, "hex"), wanted))[0];
}

/** @throws Problem 401 */
function tokenPresentedToAuthorize(tokens: readonly KnownToken[], presented: string): KnownToken {
  const known = tokenToAuthorize(tokens, hashToken(presented));
  if (known === undefined) throw unauthorizedRequest("the token is unknown or no longer valid");
  return known;
}

function authorizedCaller({ name, project, scopes, parsed }: KnownToken, session: CallerSession | null): Caller {
  return { name, project, scopes, session, may: (kind, stream) => scopesAllow(parsed, kind, stream) };
}

function unauthorizedRequest(detail: string): Problem {
  return new Problem({
    status: 401,
    title: "Unknown token",
    detail,
    advice: "Create a token with `tidemark token create`.",
    headers: { "WWW-Authenticate": 'Bearer realm="tidemark"' },
  });
}

/** @throws Problem 403 if the request may come from a page on another site (CSRF or DNS rebinding) */
function authorizeLocalCaller(headers: Headers): Caller {
  const host = headers.get("host") ?? "";
  const origin = headers.get("origin");
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
  if (!isLocal || !isSessionFromSameOrigin(headers)) {
    throw new Problem({
      status: 403,
      title: "Not allowed",
      detail: `without tokens, only requests from this machine to this machine are accepted; got Host ${JSON.stringify(host)}${origin === null ? "" : `, Origin ${JSON.stringify(origin)}`}`,
      advice: "Create a token with `tidemark token create`.",
    });
  }
  return { name: "local", project: defaultProject, scopes: ["admin"], session: null, may: () => true };
}
