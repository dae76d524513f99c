// The sender of a request, and the permission that a route requires.

import type { ScopeKind } from "../../pipelines/token-scope.ts";

/** Who sends a request. */
export interface Caller {
  /** Name of the token; "local" if the service needs no token yet, and "anybody" if the route needs none. */
  readonly name: string;
  readonly project: string;
  /** The scopes as written: "admin" if the service needs no token yet, and none if the route needs none. */
  readonly scopes: readonly string[];
  /** The page session of the request's cookie; null if the request has no such cookie. */
  readonly session: CallerSession | null;
  may(kind: ScopeKind, stream: string | null): boolean;
}

export interface CallerSession {
  readonly secret: string;
  /** When the session expires; ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** The part of a request that identifies its sender. */
export interface SentRequest {
  readonly method: string;
  readonly headers: Headers;
  /** Whether the request came over HTTPS, either to the service itself or to a proxy in front of it. */
  readonly isSecure: boolean;
}

/** The scope that a caller needs; "any" if any token is sufficient, null if no token is required. */
export type NeededScope = ScopeKind | "any" | null;
