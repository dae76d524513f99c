// A route of the service: what it is for, who may call it, and what it answers. The application, the OpenAPI document and the
// test that calls every route with every scope come from these definitions.

import type { Readable } from "node:stream";

/** What a caller must be allowed to do; null if anybody may call the route. */
export type NeededScope = "ingest" | "read" | "admin" | null;

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** The body, which nothing has read yet. */
  readonly body: Readable;
  readonly requestId: string;
  /** Adds fields to the request's line in the log. */
  note(fields: Readonly<Record<string, unknown>>): void;
}

export interface Route {
  readonly method: "get" | "post";
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly scope: NeededScope;
  readonly summary: string;
  readonly answer: (request: RouteRequest) => Promise<Response>;
}

export function jsonResponse(value: unknown, status = 200): Response {
  return new Response(`${JSON.stringify(value)}\n`, { status, headers: { "Content-Type": "application/json" } });
}
