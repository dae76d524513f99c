// Who sends a request, and what a route asks of them.

import type { ScopeKind } from "../../pipelines/token-scope.ts";

/** Who sends a request. */
export interface Caller {
  /** Name of the token. */
  readonly name: string;
  readonly project: string;
  /** As they were written; none without a token. */
  readonly scopes: readonly string[];
  /** Null unless the request came with the cookie of a page. */
  readonly session: CallerSession | null;
  may(kind: ScopeKind, stream: string | null): boolean;
}

export interface CallerSession {
  readonly secret: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** The part of a request that says who sends it. */
export interface SentRequest {
  readonly method: string;
  readonly headers: Headers;
  /** Whether it came by HTTPS, to the service itself or to a proxy in front of it. */
  readonly isSecure: boolean;
}

/** What a caller must be allowed to do; "any" if any token will do, null if anybody may call the route. */
export type NeededScope = ScopeKind | "any" | null;
