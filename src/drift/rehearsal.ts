// Drift-free pairs of a batch and its reference, drawn from one person's recordings: what production would be if nothing
// changed. A batch is put together from bouts (stretches of neighbouring chunks, as in the stationary bootstrap of Politis
// and Romano 1994), their activities in the person's own proportions.
//
// Batch and reference come from different recordings of the same activity. Chunks of one recording share how the sensor
// sat that day; drawn from the same recordings, a person looks far more constant than on another day, and thresholds made
// from that raise an alarm on most other days. Where no activity was recorded twice, each recording is cut in two.

import type { Rng } from "../random.ts";
import { type BatchSummary, mergeSummaries } from "./batch-summary.ts";

/** A few seconds of one recording, all chunks of one length. */
export interface Chunk {
  readonly recording: string;
  readonly label: string | null;
  readonly summary: BatchSummary;
}

/** One person's chunks, those of a recording in order of time. */
export interface Group {
  readonly name: string;
  readonly chunks: readonly Chunk[];
}

/** What kept batch and reference apart. */
export type Separation = "recordings" | "halves of recordings";

/** Places to draw from: by label, runs of neighbouring chunks. */
export type Pool = ReadonlyMap<string | null, readonly Chunk[]>;

/** Every label's chunks of a group. */
export function wholePool(group: Group): Pool {
  return Map.groupBy(group.chunks, (chunk) => chunk.label);
}

/**
 * Two pools of the same labels that share no recording, or no half of a recording.
 * @returns undefined where the group has no label with two chunks to part
 */
export function splitPool(group: Group, rng: Rng): { first: Pool; second: Pool; by: Separation } | undefined {
  const byLabel = wholePool(group);
  for (const by of ["recordings", "halves of recordings"] as const) {
    const first = new Map<string | null, Chunk[]>();
    const second = new Map<string | null, Chunk[]>();
    for (const [label, chunks] of byLabel) {
      const parts = rng.shuffle(by === "recordings" ? recordingsOf(chunks) : halvesOf(chunks));
      if (parts.length < 2) continue;
      const cut = 1 + rng.integer(parts.length - 1);
      first.set(label, parts.slice(0, cut).flat());
      second.set(label, parts.slice(cut).flat());
    }
    if (first.size > 0) return { first, second, by };
  }
  return undefined;
}

/**
 * The summary of `count` chunks drawn from a pool.
 * @param group whose shares of labels the batch gets, among the labels of the pool
 * @param meanBout mean length of a bout in chunks, at least 1
 */
export function drawBatch(pool: Pool, group: Group, count: number, meanBout: number, rng: Rng): BatchSummary {
  const labels = group.chunks.map((chunk) => chunk.label).filter((label) => pool.has(label));
  const drawn: Chunk[] = [];
  let [chunks, at]: [readonly Chunk[], number] = [[], 0];
  while (drawn.length < count) {
    const goesOn = at + 1 < chunks.length && chunks[at + 1]!.recording === chunks[at]!.recording;
    if (goesOn && rng.uniform() >= 1 / meanBout) at++;
    else {
      chunks = pool.get(labels[rng.integer(labels.length)]!)!;
      at = rng.integer(chunks.length);
    }
    drawn.push(chunks[at]!);
  }
  return mergeSummaries(drawn.map((chunk) => chunk.summary));
}

function recordingsOf(chunks: readonly Chunk[]): Chunk[][] {
  return [...Map.groupBy(chunks, (chunk) => chunk.recording).values()];
}

function halvesOf(chunks: readonly Chunk[]): Chunk[][] {
  const halves = recordingsOf(chunks).flatMap((run) => {
    const middle = run.length >> 1;
    return [run.slice(0, middle), run.slice(middle)];
  });
  return halves.filter((half) => half.length > 0);
}
