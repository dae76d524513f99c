// Finds values in a batch that no unit or movement can explain, based on the channel's range in the training data.

import { absurdFactor, exceedsGateLimit } from "./gate-limits.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { SampledRows } from "./sampled-rows.ts";

/** A value that cannot be a measurement. */
export interface AbsurdSample {
  /** The value. */
  readonly value: number;
  /** Its time. */
  readonly seconds: number;
  /** Name of its recording. */
  readonly recording: string;
  /** Number of absurd values, including this one. */
  readonly values: number;
}

/** Smallest and largest value of a channel in the training data. */
export interface KnownRange {
  /** Smallest value. */
  readonly min: number;
  /** Largest value. */
  readonly max: number;
}

/** Magnitude above which a value is absurd. */
export function absurdLimit({ min, max }: KnownRange): number {
  return absurdFactor * Math.max(Math.abs(min), Math.abs(max));
}

/** Returns a channel's first absurd value and the person it belongs to; null if there are none. */
export function absurdSample(
  rows: SampledRows,
  channel: number,
  known: KnownRange,
): { readonly sample: AbsurdSample; readonly user: string } | null {
  const limit = absurdLimit(known);
  let values = 0;
  let first: { value: number; row: number; user: string; recording: string } | undefined;
  for (const { start, end, user, recording } of rows.recordings) {
    for (const { from, to } of piecesOfRecordings(start, end)) {
      const piece = rows.values(channel, from, to);
      for (let i = 0; i < piece.length; i++) {
        if (!exceedsGateLimit(Math.abs(piece[i]!), limit)) continue;
        values++;
        first ??= { value: piece[i]!, row: from + i, user, recording };
      }
    }
  }
  if (first === undefined) return null;
  const { row, user, ...found } = first;
  return { sample: { ...found, seconds: rows.time(row, row + 1)[0]!, values }, user };
}
