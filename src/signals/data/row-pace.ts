// How fast the times of a file's first rows advance. The median step alone misleads if a clock is coarser than the sampling
// rate (most steps are 0) or samples arrive in packets (most steps are tiny). So steps over many rows are measured, too.

import type { RowChunk } from "./row-chunks.ts";
import type { RowKey } from "./row-texts.ts";

/** Maximum number of rows from which a clock is inferred. */
export const headRows = 65_536;

export interface RowPace {
  /** Typical step from row to row, in the column's own unit; 0 if no step is positive. */
  readonly step: number;
  /** The median time. */
  readonly middle: number;
  /** Whether the times are integers that mostly increase by 1, with few left out. */
  readonly counts: boolean;
}

/** Maximum number of rows over which a step is measured. */
const mostLag = 512;
/** If the pace over many rows differs from the median step by more than this factor, the median step is not typical. */
const unevenFactor = 3;
const fewRepeats = 0.1;

/** @param head rows of one file; recordings may be interleaved */
export function rowPace(head: { readonly keys: readonly RowKey[]; readonly chunks: readonly RowChunk[] }): RowPace {
  const recordings = timesByRecording(head);
  const steps: number[] = [];
  const paces: number[] = [];
  for (const times of recordings) {
    const lag = Math.max(1, Math.min(mostLag, times.length >> 2));
    for (let i = 1; i < times.length; i++) steps.push(times[i]! - times[i - 1]!);
    for (let i = lag; i < times.length; i++) paces.push((times[i]! - times[i - lag]!) / lag);
  }
  const middle = medianPositive(recordings.flatMap((times) => times.map(Math.abs)));
  const median = medianPositive(steps);
  const pace = medianPositive(paces);
  const repeats = steps.filter((step) => step === 0).length;
  const even = repeats <= fewRepeats * steps.length && pace <= unevenFactor * median && median <= unevenFactor * pace;
  const step = even || !(pace > 0) ? median : pace;
  const ones = steps.filter((value) => value === 1).length;
  return { step, middle, counts: even && steps.every(Number.isInteger) && ones > steps.length / 2 };
}

function timesByRecording({
  keys,
  chunks,
}: {
  readonly keys: readonly RowKey[];
  readonly chunks: readonly RowChunk[];
}): number[][] {
  const recordings = new Map<string, number[]>();
  let left = headRows;
  for (const { rows, time, keyOfRow } of chunks) {
    for (let i = 0; i < Math.min(rows, left); i++) {
      const at = time![i]!;
      if (!Number.isFinite(at)) continue;
      const key = keys[keyOfRow[i]!]!;
      const name = `${key.user}\x1f${key.recording ?? key.file}`;
      const times = recordings.get(name);
      if (times === undefined) recordings.set(name, [at]);
      else times.push(at);
    }
    left -= rows;
    if (left <= 0) break;
  }
  return [...recordings.values()];
}

function medianPositive(values: readonly number[]): number {
  const positive = Float64Array.from(values.filter((value) => value > 0)).sort();
  return positive[Math.floor(positive.length / 2)] ?? 0;
}
