// What the service answers. The types come from the service's own code, so that a change there breaks the dashboard's build.

import type { ShownSession } from "../../src/interfaces/server/session-routes.ts";
import type { PicturedBatch } from "../../src/pipelines/picture-batch.ts";
import type { PicturedStream } from "../../src/pipelines/picture-stream.ts";
import type { Fleet, ReadBatch, ReadStream } from "../../src/pipelines/read-streams.ts";
import type { ServedBaseline, ServedComparison } from "../../src/pipelines/served-baseline.ts";

export type { ShownSession } from "../../src/interfaces/server/session-routes.ts";
export type { ShownBatch } from "../../src/monitoring/streams/shown-batch.ts";
export type { PicturedBatch } from "../../src/pipelines/picture-batch.ts";
export type { PicturedStream } from "../../src/pipelines/picture-stream.ts";
export type { Fleet, FleetStream, ReadBatch, ReadStream } from "../../src/pipelines/read-streams.ts";
export type { ServedBaseline, ServedComparison } from "../../src/pipelines/served-baseline.ts";

/** Thrown if the session has ended or the service requires a token. */
export class NeedsLogin extends Error {}

/** The session's token against cross-site request forgery (CSRF); null if there is no session. */
let csrfToken: string | null = null;

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, { credentials: "same-origin", ...init }).catch((cause: unknown) => {
    throw new Error("the service cannot be reached", { cause });
  });
  if (response.ok) return (await response.json()) as T;
  const problem: unknown = await response.json().catch(() => null);
  const detail =
    typeof problem === "object" && problem !== null && "detail" in problem
      ? String(problem.detail)
      : `the service answered ${response.status}`;
  throw response.status === 401 ? new NeedsLogin(detail) : new Error(detail);
}

function get<T>(path: string, signal: AbortSignal): Promise<T> {
  return call(path, { signal });
}

function change<T>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  const headers = {
    ...(csrfToken !== null && { "X-CSRF-Token": csrfToken }),
    ...(body !== undefined && { "Content-Type": "application/json" }),
  };
  return call(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function withSession(asked: Promise<ShownSession>): Promise<ShownSession> {
  const session = await asked;
  csrfToken = session.csrf_token;
  return session;
}

export function getSession(): Promise<ShownSession> {
  return withSession(call("/v1/session", {}));
}

export function logIn(token: string): Promise<ShownSession> {
  return withSession(change("POST", "/v1/session", { token }));
}

export async function logOut(): Promise<void> {
  await change("DELETE", "/v1/session");
}

export interface FleetQuery {
  readonly which: string;
  readonly search: string;
  readonly skip: number;
}

/** Streams per page. */
export const pageSize = 100;

export function getFleet({ which, search, skip }: FleetQuery, signal: AbortSignal): Promise<Fleet> {
  const query = new URLSearchParams({ which, limit: `${pageSize}`, skip: `${skip}`, ...(search && { search }) });
  return get(`/v1/streams?${query}`, signal);
}

const streamPath = (model: string, stream: string): string =>
  `/v1/models/${encodeURIComponent(model)}/streams/${encodeURIComponent(stream)}`;

export function getStream(model: string, stream: string, signal: AbortSignal): Promise<ReadStream> {
  return get(streamPath(model, stream), signal);
}

export function getStreamPicture(model: string, stream: string, signal: AbortSignal): Promise<PicturedStream> {
  return get(`${streamPath(model, stream)}/picture`, signal);
}

export function getPicture(model: string, stream: string, batch: string, signal: AbortSignal): Promise<PicturedBatch> {
  return get(`${streamPath(model, stream)}/batches/${encodeURIComponent(batch)}/picture`, signal);
}

const modelPath = (model: string): string => `/v1/models/${encodeURIComponent(model)}`;

export function getBaseline(model: string, signal: AbortSignal): Promise<ServedBaseline> {
  return get(`${modelPath(model)}/baseline`, signal);
}

export function getComparison(model: string, other: string, signal: AbortSignal): Promise<ServedComparison> {
  return get(`${modelPath(model)}/beside/${encodeURIComponent(other)}`, signal);
}

export function getModels(signal: AbortSignal): Promise<{ models: string[] }> {
  return get("/v1/models", signal);
}

/** Accepts or excludes a batch, or resets, retires or erases a stream. @param body the request, including the reason */
export async function decide(
  { model, stream, batch }: { model: string; stream: string; batch?: string },
  action: "accept" | "exclude" | "reset" | "retire" | "erase",
  body: { reason: string; stream?: string },
): Promise<void> {
  const about = batch === undefined ? "" : `/batches/${encodeURIComponent(batch)}`;
  await change("POST", `${streamPath(model, stream)}${about}/${action}`, body);
}

export function getBatch(model: string, stream: string, batch: string, signal: AbortSignal): Promise<ReadBatch> {
  return get(`${streamPath(model, stream)}/batches/${encodeURIComponent(batch)}`, signal);
}
