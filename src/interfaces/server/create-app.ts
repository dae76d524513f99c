// The application. Every request gets an id and a line in the log, and every reply gets the headers that protect browsers. If a
// request fails, the reply is a problem document instead of a stack trace.

import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { Hono } from "hono";
import type { Logger } from "pino";
import { UserError } from "../../errors.ts";
import { StoreUnavailable } from "../../pipelines/open-service.ts";
import { explainSystemError } from "../../system-error.ts";
import type { Caller, NeededScope, SentRequest } from "./caller.ts";
import { busyProblem, Problem, problemOfUserError } from "./problem.ts";
import type { Route } from "./route.ts";

export interface AppOptions {
  readonly routes: readonly Route[];
  /** @throws Problem if the caller lacks permission */
  readonly authorize: (request: SentRequest, needed: NeededScope, stream: string | null) => Promise<Caller>;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** The time in milliseconds, for durations in the log and for `onAnswered`. */
  readonly clock?: () => number;
  /** Called for every reply; `route` is the path pattern, or "unknown" if no route matches. */
  readonly onAnswered?: (answered: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
  /** Whether replies ask clients to close their connections. */
  readonly closing?: () => boolean;
}

const securityHeaders: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

export function createApp({
  routes,
  authorize,
  log,
  clock = () => performance.now(),
  closing = () => false,
  onAnswered = () => {},
}: AppOptions): Hono {
  const app = new Hono();
  const answered = async (
    request: Request,
    route: Route | undefined,
    params: Record<string, string>,
  ): Promise<Response> => {
    const began = clock();
    const given = request.headers.get("x-request-id") ?? "";
    const requestId = /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    const path = URL.parse(request.url)?.pathname;
    const fields: Record<string, unknown> = { requestId, method: request.method, path };
    let response: Response;
    try {
      if (path === undefined || !isPathOfAppDecodable(path)) throw unusableAddressInApp(request);
      if (route === undefined) throw unknownAddressInApp(request, routes);
      const sent = requestSentToApp(request);
      const caller = await authorize(sent, route.scope, params.stream ?? null);
      fields.token = caller.name;
      response = await route.answer({
        params,
        caller,
        query: appRequestQuery(request),
        headers: request.headers,
        sent,
        body: appRequestBody(request),
        requestId,
        note: (more) => Object.assign(fields, more),
      });
    } catch (error) {
      const problem = appProblem(error);
      fields.problem = problem.detail;
      if (problem.status >= 500) log.error({ err: problem.cause ?? problem, requestId }, problem.title);
      response = problem.response(requestId);
    }
    // A reply to HEAD has no body, so an event stream behind it would never be closed.
    if (request.method === "HEAD") await response.body?.cancel();
    for (const [name, value] of Object.entries(securityHeaders)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    response.headers.set("X-Request-Id", requestId);
    if (closing()) response.headers.set("Connection", "close");
    const method = /^(GET|POST|DELETE)$/.test(request.method) ? request.method : "other";
    onAnswered({ method, route: route?.path ?? "unknown", status: response.status, seconds: (clock() - began) / 1000 });
    log.info({ ...fields, status: response.status, ms: Math.round(clock() - began) }, "request");
    return response;
  };
  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) =>
      answered(c.req.raw, route, c.req.param()),
    );
  }
  app.notFound((c) => answered(c.req.raw, undefined, {}));
  return app;
}

function appRequestBody({ body }: Request): Readable {
  if (body === null) return Readable.from([]);
  const readable = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  // The connection may break before the body is read, and the body may never be read at all. A later reader of the stream still
  // gets the error.
  return readable.on("error", () => {});
}

/**
 * Uses X-Forwarded-Proto, which a proxy that terminates TLS sets. A client that sets this header wrongly only makes its own
 * cookie unusable.
 */
function requestSentToApp({ method, headers, url }: Request): SentRequest {
  const forwarded = headers.get("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase();
  return { method, headers, isSecure: new URL(url).protocol === "https:" || forwarded === "https" };
}

/** The query parameters, each of which may occur at most once. @throws Problem 400 if one is repeated */
function appRequestQuery(request: Request): Record<string, string> {
  const { searchParams } = new URL(request.url);
  const repeated = [...searchParams.keys()].find((name) => searchParams.getAll(name).length > 1);
  if (repeated !== undefined) {
    throw new Problem({
      status: 400,
      title: "Repeated parameter",
      detail: `query: expected ${JSON.stringify(repeated)} once, got it ${searchParams.getAll(repeated).length} times`,
    });
  }
  return Object.fromEntries(searchParams);
}

/**
 * Whether the path's percent-encoding is valid; if invalid escapes were accepted, %zz and %25zz would refer to the same stream.
 */
function isPathOfAppDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function unusableAddressInApp({ url }: Request): Problem {
  return new Problem({
    status: 400,
    title: "Unusable address",
    detail: `expected a path with names in percent-encoded UTF-8, got ${JSON.stringify(url.slice(0, 200))}`,
  });
}

function unknownAddressInApp(request: Request, routes: readonly Route[]): Problem {
  const { pathname } = new URL(request.url);
  const methods = routes
    .filter(({ path }) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname))
    .map(({ method }) => method.toUpperCase());
  if (methods.length === 0) {
    return new Problem({
      status: 404,
      title: "Unknown address",
      detail: `there is nothing at ${pathname}`,
      advice: `Addresses: ${routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`).join(", ")}`,
    });
  }
  return new Problem({
    status: 405,
    title: "Unknown method",
    detail: `${pathname}: expected ${methods.join(" or ")}, got ${request.method}`,
    headers: { Allow: methods.join(", ") },
  });
}

/**
 * Time after which a client should retry if the store is unreachable; an arbitrary choice, longer than a database takes to
 * restart.
 */
const secondsUntilStoreAnswers = 5;

function appProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    // The database server is named only in the log, because clients need not know it.
    return busyProblem("the store of streams is temporarily unavailable", secondsUntilStoreAnswers, error);
  }
  const known = error instanceof UserError ? error : explainSystemError(error);
  if (known !== undefined) return problemOfUserError(known, 503, "Fault of the service");
  return new Problem({
    status: 500,
    title: "Defect",
    detail: "a defect in Tidemark; the log has the details under this request id",
    cause: error,
  });
}
