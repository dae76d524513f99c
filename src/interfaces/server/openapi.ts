// The OpenAPI 3.1 description of the service, generated from its routes.

import { z } from "zod";
import { tidemarkVersion } from "../../versions.ts";
import type { Route } from "./route.ts";
import { csrfHeader, sessionCookieName } from "./session-cookie.ts";

export const problemSchema: z.ZodType = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("what was expected, what was received and, in most cases, what to do next"),
    request_id: z.string(),
  })
  .describe("RFC 9457");

type Json = Record<string, unknown>;

export function openapiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: openapiOperation(route) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Tidemark",
      version: tidemarkVersion,
      description: "Judges batches of wearable-sensor recordings. docs/serve.md explains how.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "from `tidemark token create`" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: sessionCookieName,
          description: `from POST /v1/session (with the prefix __Host- over HTTPS); requests that change anything also need the ${csrfHeader} header`,
        },
      },
      schemas: { Problem: openapiSchema(problemSchema) },
    },
  };
}

function openapiOperation({ operationId, path, scope, summary, parameters = [], body, replies }: Route): Json {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const problem = (description: string): Json => ({
    description,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  });
  return {
    operationId,
    summary,
    ...(scope !== null && {
      description: scope === "any" ? "Any token" : `Scope: ${scope}`,
      security: [{ token: [] }, { session: [] }],
    }),
    ...(scope === null && { security: [] }),
    parameters: [
      ...named.map((name) => ({ name, in: "path", required: true, schema: { type: "string", minLength: 1 } })),
      ...parameters.map(({ name, doc, schema }) => ({
        name,
        in: "query",
        description: doc,
        schema: openapiSchema(schema),
      })),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          Object.entries(body).map(([type, own]) => [
            type,
            {
              schema:
                typeof own === "string" ? { description: own } : { description: own.doc, ...openapiSchema(own.schema) },
            },
          ]),
        ),
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, { doc, schema, type = "application/json" }]) => [
          status,
          schema === undefined
            ? problem(doc)
            : { description: doc, content: { [type]: { schema: openapiSchema(schema) } } },
        ]),
      ),
      ...(scope !== null && {
        401: problem("the token is missing or unknown"),
        403: problem("the token does not have the scope, or a page from another site may have sent the request"),
        429: problem("too many requests with this token, or too many batches at the same time; see Retry-After"),
      }),
      500: problem("a defect"),
    },
  };
}

function openapiSchema(schema: z.ZodType): Json {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: "input" });
  return body;
}
