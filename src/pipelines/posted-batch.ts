// A batch that was sent to the service: its names, and a file with the content.

import { readFile } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { lastTimeOfSummary } from "../monitoring/streams/read-summary.ts";
import type { PostedColumn } from "../options/push-options.ts";
import type { CheckOptions } from "../options/resolve-config.ts";

const bodyKinds = ["csv", "parquet", "json", "float32", "summary"] as const;
export type BodyKind = (typeof bodyKinds)[number];

/** Options of `check` that determine how a batch's columns are read. */
export type PostedColumns = Partial<Pick<CheckOptions, PostedColumn>>;

export interface PostedBatch {
  /** The project that owns the stream. */
  readonly project: string;
  /** Name of a model folder; or LINE@champion or LINE@3, for the champion or version 3 of a line. */
  readonly model: string;
  readonly stream: string;
  readonly batch: string;
  readonly body: {
    readonly kind: BodyKind;
    /** A file with a name chosen by the service. No part of the path comes from the sender. */
    readonly path: string;
  };
  readonly columns: PostedColumns;
  /** Time at which the batch's last sample was recorded, as given by the sender; null if not given. */
  readonly dataTime: Date | null;
}

/** Bytes from `encodeSummary`, or parsed JSON. */
export async function readPostedSummary(path: string): Promise<unknown> {
  const bytes = await readFile(path);
  if (bytes[0] !== 0x7b) return bytes;
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new UserError(`summary: expected JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/**
 * Reads when a summary was recorded, unless its sender has given a time. In other formats, the times become known only when the
 * batch is judged.
 */
export async function withTimeOfPostedSummary(posted: PostedBatch): Promise<PostedBatch> {
  if (posted.body.kind !== "summary" || posted.dataTime !== null) return posted;
  return { ...posted, dataTime: lastTimeOfSummary(await readFile(posted.body.path)) };
}
