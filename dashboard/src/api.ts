// What the service answers. Types come from its own code, so that a change there breaks the build here.

import type { Fleet, ReadBatch, ReadStream } from "../../src/pipelines/read-streams.ts";

export type { ShownBatch } from "../../src/monitoring/streams/shown-batch.ts";
export type { Fleet, FleetStream, ReadBatch, ReadStream } from "../../src/pipelines/read-streams.ts";

/** The service wants a token, or refuses the one that it got. */
export class NeedsToken extends Error {}

const tokenKey = "tidemark-token";

/** Kept until the tab is closed. */
export function rememberToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  const token = sessionStorage.getItem(tokenKey);
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers, signal });
  if (response.ok) return (await response.json()) as T;
  const problem: unknown = await response.json().catch(() => null);
  const detail =
    typeof problem === "object" && problem !== null && "detail" in problem
      ? String(problem.detail)
      : `the service answered ${response.status}`;
  throw response.status === 401 || response.status === 403 ? new NeedsToken(detail) : new Error(detail);
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

export function getBatch(model: string, stream: string, batch: string, signal: AbortSignal): Promise<ReadBatch> {
  return get(`${streamPath(model, stream)}/batches/${encodeURIComponent(batch)}`, signal);
}
