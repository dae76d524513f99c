// Errors as RFC 9457 problem details. The detail of each problem states what was expected, what was received and, in most
// cases, what to do next.

import type { UserError } from "../../errors.ts";
import { withFullStop } from "../../full-stop.ts";

export interface ProblemOptions {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** What the client can do next. */
  readonly advice?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * How long clients wait before retrying after 503; by then, someone may have freed disk space or repaired the model. An
 * arbitrary choice.
 */
const secondsUntilRetry = 5;

/** An error that determines the reply to a request. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ status, title, detail, advice, headers = {}, cause }: ProblemOptions) {
    super(detail, { cause });
    this.status = status;
    this.title = title;
    this.detail = advice === undefined ? detail : `${withFullStop(detail)} ${advice}`;
    this.headers = headers;
  }

  response(requestId: string): Response {
    const { status, title, detail } = this;
    const body = { type: "about:blank", title, status, detail, request_id: requestId };
    return new Response(`${JSON.stringify(body)}\n`, {
      status,
      headers: {
        ...(status === 503 && { "Retry-After": String(secondsUntilRetry) }),
        ...this.headers,
        "Content-Type": "application/problem+json",
      },
    });
  }
}

/** @param advice what the client can do next; by default, the error's own advice */
export function problemOfUserError(
  error: UserError,
  status: number,
  title: string,
  advice: string | undefined = error.advice,
): Problem {
  const { headline, details } = error;
  return new Problem({ status, title, detail: [headline, ...details].join("; "), advice, cause: error });
}

/** The service cannot answer at the moment, for example because it is too busy; the same request may succeed later. */
export function busyProblem(detail: string, afterSeconds: number, cause?: unknown): Problem {
  return new Problem({
    status: 503,
    title: "Busy",
    detail,
    advice: `Send the request again after ${afterSeconds} s.`,
    headers: { "Retry-After": String(afterSeconds) },
    cause,
  });
}

export function notFoundProblem(detail: string): Problem {
  return new Problem({ status: 404, title: "Not found", detail, advice: "GET /v1/streams lists the streams." });
}

export function queryProblem(name: string, expected: string, got: string): Problem {
  return new Problem({
    status: 400,
    title: "Unusable parameter",
    detail: `query: ${name}: expected ${expected}, got ${JSON.stringify(got)}`,
  });
}
