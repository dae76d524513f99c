// Requests to a tracking server, with limits on time and bytes, because the server is not trusted.

import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { z } from "zod";
import type { ServerAddress } from "./server-address.ts";
import { readServerReply, shortenServerReply } from "./server-reply.ts";
import { absentEndpoint, TrackingFault } from "./tracking-fault.ts";

const errorSchema = z.object({ error_code: z.string().optional(), message: z.string().optional() });

export interface Deadlines {
  /** Time limit for a request other than an upload, from connecting to the last byte of the reply. */
  readonly answerMs: number;
  /** Time limit for an upload, in addition to the time needed for its bytes at `slowestUpload`. */
  readonly uploadMs: number;
}

const usualDeadlines: Deadlines = { answerMs: 30_000, uploadMs: 120_000 };
/** Minimum upload speed, in bytes per second. */
const slowestUpload = 50_000;

interface Content {
  readonly type: string;
  readonly body: Buffer;
}

export class ServerConnection {
  readonly #address: ServerAddress;
  readonly #deadlines: Deadlines;
  readonly #dispatcher: Dispatcher;

  constructor(address: ServerAddress, deadlines: Deadlines = usualDeadlines) {
    this.#address = address;
    this.#deadlines = deadlines;
    const tls = {
      ...(address.certificates === undefined ? {} : { ca: address.certificates }),
      ...(address.insecureTls ? { rejectUnauthorized: false } : {}),
    };
    // Each request has its own deadline.
    const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
    const behindProxy = ["http_proxy", "https_proxy"].some(
      (name) => process.env[name] || process.env[name.toUpperCase()],
    );
    this.#dispatcher = behindProxy
      ? new EnvHttpProxyAgent({ ...timeouts, connect: tls, requestTls: tls })
      : new Agent({ ...timeouts, connect: { ...tls, timeout: 10_000 } });
  }

  get uri(): string {
    return this.#address.uri;
  }

  /** @throws TrackingFault if the server does not fulfil the request; this applies to all methods */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.#send({ method: "GET", path, deadlineMs: this.#deadlines.answerMs }, null, schema);
  }

  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    const content = { type: "application/json", body: Buffer.from(JSON.stringify(body)) };
    return this.#send({ method: "POST", path, deadlineMs: this.#deadlines.answerMs }, content, schema);
  }

  patch<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    const content = { type: "application/json", body: Buffer.from(JSON.stringify(body)) };
    return this.#send({ method: "PATCH", path, deadlineMs: this.#deadlines.answerMs }, content, schema);
  }

  async put(path: string, content: Content): Promise<void> {
    const deadlineMs = this.#deadlines.uploadMs + (1000 * content.body.length) / slowestUpload;
    await this.#send({ method: "PUT", path, deadlineMs }, content, z.unknown());
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** Does not follow redirects, because that would send the credentials and the data elsewhere. */
  async #send<T>(
    { method, path, deadlineMs }: { method: "GET" | "POST" | "PUT" | "PATCH"; path: string; deadlineMs: number },
    content: Content | null,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { uri, authorization } = this.#address;
    let status: number;
    let text: string;
    let whole: boolean;
    let retryAfter: string | undefined;
    try {
      const answer = await request(`${uri}${path}`, {
        method,
        dispatcher: this.#dispatcher,
        headers: {
          accept: "application/json",
          "accept-encoding": "identity",
          ...(authorization === undefined ? {} : { authorization }),
          ...(content === null ? {} : { "content-type": content.type, "content-length": String(content.body.length) }),
        },
        ...(content === null ? {} : { body: content.body }),
        signal: AbortSignal.timeout(Math.ceil(deadlineMs)),
      });
      status = answer.statusCode;
      retryAfter = oneConnectionHeader(answer.headers["retry-after"]);
      ({ text, whole } = await readServerReply(answer));
      if (status >= 300 && status < 400) text = `redirect to ${oneConnectionHeader(answer.headers.location)}`;
    } catch (cause) {
      throw new TrackingFault("unreachable", `${uri}: ${reasonOfServerConnection(cause, deadlineMs)}`, { cause });
    }
    if (status < 200 || status >= 300) throw this.#faultOf({ status, text, retryAfter, path });
    if (whole) return this.#parse(text, path, schema);
    const message = `${uri}: no MLflow server answers there (${path.replace(/\?.*/, "")} returned ${text})`;
    throw new TrackingFault("refused", message);
  }

  #parse<T>(text: string, path: string, schema: z.ZodType<T>): T {
    try {
      return schema.parse(text === "" ? {} : JSON.parse(text));
    } catch (cause) {
      const message = `${this.uri}: no MLflow server answers there (${path.replace(/\?.*/, "")} returned ${JSON.stringify(text.slice(0, 60))})`;
      throw new TrackingFault("refused", message, { cause });
    }
  }

  #faultOf(answer: { status: number; text: string; retryAfter: string | undefined; path: string }): TrackingFault {
    const { status, text, retryAfter, path } = answer;
    let said: z.infer<typeof errorSchema> = {};
    try {
      said = errorSchema.parse(JSON.parse(text));
    } catch {
      // The reply is an error page without JSON; its status is sufficient.
    }
    const short = said.message?.split("\n")[0] ?? text.slice(0, 80).replace(/\s+/g, " ");
    const message = `${this.uri} answered ${status}: ${shortenServerReply(short) || "nothing more"}`;
    if (status === 404 && said.error_code === undefined) {
      const unknown = `${this.uri} does not know ${path.replace(/\?.*/, "")} (404)`;
      return new TrackingFault("refused", `${unknown}: it is not an MLflow server, or it is too old`, {
        code: absentEndpoint,
      });
    }
    const options = { code: said.error_code, retryAfterSeconds: serverConnectionRetrySeconds(retryAfter) };
    if (status === 408 || status === 429 || status >= 500) return new TrackingFault("busy", message, options);
    if (status === 401 || status === 403) return new TrackingFault("unauthorized", message, options);
    return new TrackingFault("refused", message, options);
  }
}

function oneConnectionHeader(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

const longestRetryAfter = 86_400;

/** The number of seconds in a Retry-After header, which contains seconds or a date; at most a day. */
function serverConnectionRetrySeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(longestRetryAfter, Math.max(0, seconds));
}

function reasonOfServerConnection(error: unknown, deadlineMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${Number((deadlineMs / 1000).toPrecision(3))} s`;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const message = error.message || (inner instanceof Error ? inner.message : "");
  return shortenServerReply(message || code || "no connection");
}
