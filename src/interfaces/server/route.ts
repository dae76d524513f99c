// A route of the service: its purpose, the scope that it needs, and its replies. The application, the OpenAPI document, and the
// test that calls every route with every scope are built from these definitions.

import type { Readable } from "node:stream";
import type { z } from "zod";

import type { Caller, NeededScope, SentRequest } from "./caller.ts";

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly sent: SentRequest;
  readonly caller: Caller;
  /** The body, which has not been read yet. */
  readonly body: Readable;
  readonly requestId: string;
  /** Adds fields to the request's log line. */
  note(fields: Readonly<Record<string, unknown>>): void;
}

export interface RouteParameter {
  readonly name: string;
  readonly doc: string;
  readonly schema: z.ZodType;
}

export interface RouteReply {
  readonly doc: string;
  readonly schema?: z.ZodType;
  /** Default: application/json. */
  readonly type?: string;
}

export interface Route {
  readonly method: "get" | "post" | "delete";
  /** The path, with parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly scope: NeededScope;
  readonly operationId: string;
  readonly summary: string;
  /** Query parameters. */
  readonly parameters?: readonly RouteParameter[];
  /** Media types of the body, each with a description. */
  readonly body?: Readonly<Record<string, string | { readonly doc: string; readonly schema: z.ZodType }>>;
  /** Keyed by status. Replies without a schema are problem documents. */
  readonly replies: Readonly<Record<number, RouteReply>>;
  readonly answer: (request: RouteRequest) => Promise<Response>;
}
