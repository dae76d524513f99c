// A route of the service: what it is for, who may call it, and what it answers. The application, the OpenAPI document and the
// test that calls every route with every scope come from these definitions.

import type { Readable } from "node:stream";
import type { z } from "zod";

import type { Caller, NeededScope, SentRequest } from "./caller.ts";

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly sent: SentRequest;
  readonly caller: Caller;
  /** The body, which nothing has read yet. */
  readonly body: Readable;
  readonly requestId: string;
  /** Adds fields to the request's line in the log. */
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
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly scope: NeededScope;
  readonly operationId: string;
  readonly summary: string;
  /** Parameters of the query. */
  readonly parameters?: readonly RouteParameter[];
  /** Media types of the body, each with what it holds. */
  readonly body?: Readonly<Record<string, string | { readonly doc: string; readonly schema: z.ZodType }>>;
  /** By status. Replies without a schema are problems. */
  readonly replies: Readonly<Record<number, RouteReply>>;
  readonly answer: (request: RouteRequest) => Promise<Response>;
}
