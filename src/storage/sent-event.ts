// The content of events as MLflow accepts it: keys, lengths, and requests of limited size.

import type { KeyValue, MetricPoint } from "./mlflow-run.ts";
import type { TrackedDataset } from "./tracking-event.ts";

/** MLflow's limits, or slightly lower ones. */
export const mlflowLimits = {
  metrics: 1000,
  params: 100,
  tags: 100,
  bytes: 900_000,
  key: 250,
  /** Maximum length of a param's value in characters; servers before release 2.8 accept only 500. */
  value: 6000,
  olderValue: 500,
  tag: 5000,
  description: 5000,
} as const;

export interface Loggable {
  metrics: MetricPoint[];
  params: KeyValue[];
  tags: KeyValue[];
}

/** Splits the data into requests within MLflow's limits. */
export function splitSentEvent({ metrics, params, tags }: Loggable): Loggable[] {
  const batches: Loggable[] = [];
  let own: Loggable = { metrics: [], params: [], tags: [] };
  let bytes = 0;
  const add = (kind: keyof Loggable, item: MetricPoint | KeyValue): void => {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    const total = own.metrics.length + own.params.length + own.tags.length;
    if (
      own[kind].length >= mlflowLimits[kind] ||
      total >= mlflowLimits.metrics ||
      (total > 0 && bytes + size > mlflowLimits.bytes)
    ) {
      batches.push(own);
      [own, bytes] = [{ metrics: [], params: [], tags: [] }, 0];
    }
    (own[kind] as (typeof item)[]).push(item);
    bytes += size;
  };
  for (const item of params) add("params", item);
  for (const item of metrics) add("metrics", item);
  // Tags are sent last, since a tag may signal that everything before it has arrived.
  for (const item of tags) add("tags", item);
  if (bytes > 0) batches.push(own);
  return batches;
}

/**
 * A key that every server accepts: letters and digits of any script, `_ - . /` and spaces, and no `.` or `..` as a segment
 * between slashes.
 */
export function sentEventKey(name: string): string {
  const key = name
    .slice(0, mlflowLimits.key)
    .replace(/[^\p{L}\p{N}_\-. /]/gu, "_")
    .replace(/\/{2,}/g, "/")
    .replace(/^\/|\/$/g, "_")
    .replace(/(?<![^/])\.{1,2}(?![^/])/g, (dots) => "_".repeat(dots.length));
  return key || "_";
}

/**
 * Truncates a string to at most `length` UTF-16 units, the last of which is then an ellipsis. If that splits a surrogate pair,
 * removes the remaining half, because every server would fail on it.
 */
export function cutSentEventText(text: string, length: number): string {
  return (
    text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`
  ).toWellFormed();
}

export function sentEventParams(params: Readonly<Record<string, string>>, length: number): KeyValue[] {
  return Object.entries(params).map(([key, value]) => ({
    key: sentEventKey(key),
    value: cutSentEventText(value, length),
  }));
}

export function sentEventTags(tags: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(tags).map(([key, value]) => ({
    key: sentEventKey(key),
    value: cutSentEventText(value, mlflowLimits.tag),
  }));
}

/** A data set in the form shown on MLflow's run page. */
export function sentEventDataset({ name, digest, files, rows, columns }: TrackedDataset): Record<string, string> {
  const colspec = columns.map((column) => ({ ...column, required: true }));
  return {
    name: cutSentEventText(name, 500),
    digest: digest.slice(0, 36),
    source_type: "local",
    source: cutSentEventText(JSON.stringify({ uri: files.join(", ") }), 60_000),
    schema: JSON.stringify({ mlflow_colspec: colspec }),
    profile: JSON.stringify({ num_rows: rows, num_elements: rows * columns.length }),
  };
}
