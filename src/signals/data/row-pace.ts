// Measures how fast the times of a file's first rows advance. The median step alone is misleading if a clock is coarser than
// the sampling rate (most steps are 0) or samples arrive in packets (most steps are tiny). Therefore, steps over many rows are
// measured as well.

import { exceedsGateLimit, leastRepeatedTimes, repeatedTimeShareLimit } from "./gate-limits.ts";
import type { RowChunk } from "./row-chunks.ts";
import type { RowKey } from "./row-texts.ts";

/** Maximum number of rows for inferring a clock. */
export const headRows = 65_536;

export interface RowPace {
  /** Typical step from row to row, in the column's own unit; 0 if no step is positive. */
  readonly step: number;
  /** Typical mean step over many rows, which a rounded clock does not distort; 0 if there are too few rows. */
  readonly meanStep: number;
  /** The median time. */
  readonly middle: number;
  /** Whether the times are integers that mostly increase by 1 and skip few numbers. */
  readonly counts: boolean;
  /** Whether rows with different values share a time more often than by chance: the clock is coarser than the sampling rate. */
  readonly repeats: boolean;
  /** Whether many rows with different values all share one time. */
  readonly isConstant: boolean;
}

/** Maximum number of rows over which a step is measured. */
const mostLag = 512;
/** If the pace over many rows differs from the median step by more than this factor, the median step is not typical. */
const unevenFactor = 3;
const fewRepeats = 0.1;

/** @param head rows of one file; recordings may be interleaved */
export function rowPace(head: { readonly keys: readonly RowKey[]; readonly chunks: readonly RowChunk[] }): RowPace {
  const byRecording = timesOfRecordings(head, headRows);
  const rows = byRecording.reduce((sum, { times }) => sum + times.length, 0);
  const [sizes, steps, paces] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  let [sizeCount, stepCount, paceCount, repeats, ones, whole] = [0, 0, 0, 0, 0, true];
  for (const { times } of byRecording) {
    const lag = Math.max(1, Math.min(mostLag, times.length >> 2));
    for (let i = 0; i < times.length; i++) {
      sizes[sizeCount++] = Math.abs(times[i]!);
      if (i > 0) {
        const step = times[i]! - times[i - 1]!;
        steps[stepCount++] = step;
        if (step === 0) repeats++;
        else if (step === 1) ones++;
        whole &&= Number.isInteger(step);
      }
      if (i >= lag) paces[paceCount++] = (times[i]! - times[i - lag]!) / lag;
    }
  }
  const middle = medianRowPace(sizes);
  const median = medianRowPace(steps.subarray(0, stepCount));
  const pace = medianRowPace(paces.subarray(0, paceCount));
  const even = repeats <= fewRepeats * stepCount && pace <= unevenFactor * median && median <= unevenFactor * pace;
  const step = even || !(pace > 0) ? median : pace;
  const changed = byRecording.reduce((sum, { changed }) => sum + changed, 0);
  return {
    step,
    meanStep: even ? pace : step,
    middle,
    counts: even && whole && ones > stepCount / 2,
    isConstant: !(step > 0) && changed >= leastRepeatedTimes,
    repeats: step > 0 && changed >= leastRepeatedTimes && exceedsGateLimit(changed, repeatedTimeShareLimit * stepCount),
  };
}

/** Returns the finite times of each recording, and the number of rows that repeat a time with different values. */
export function timesOfRecordings(
  { keys, chunks }: { readonly keys: readonly RowKey[]; readonly chunks: readonly RowChunk[] },
  mostRows: number,
): { times: number[]; changed: number }[] {
  interface Known {
    readonly times: number[];
    changed: number;
    chunk: RowChunk;
    row: number;
  }
  const recordings = new Map<string, Known>();
  const byKey: Known[] = [];
  let left = mostRows;
  for (const chunk of chunks) {
    const { rows, time, keyOfRow, channels } = chunk;
    for (let i = 0; i < Math.min(rows, left); i++) {
      const at = time![i]!;
      if (!Number.isFinite(at)) continue;
      const k = keyOfRow[i]!;
      if (byKey[k] === undefined) {
        const { user, recording, file } = keys[k]!;
        const name = `${user}\x1f${recording ?? file}`;
        byKey[k] = recordings.get(name) ?? { times: [], changed: 0, chunk, row: i };
        recordings.set(name, byKey[k]);
      }
      const known = byKey[k];
      if (at === known.times.at(-1) && channels.some((values, c) => values[i] !== known.chunk.channels[c]![known.row]))
        known.changed++;
      known.times.push(at);
      known.chunk = chunk;
      known.row = i;
    }
    left -= rows;
    if (left <= 0) break;
  }
  return [...recordings.values()];
}

/** Returns the upper median of the positive values, or 0 if there are none; sorts its argument in place. */
function medianRowPace(values: Float64Array): number {
  values.sort();
  let first = 0;
  while (first < values.length && !(values[first]! > 0)) first++;
  return values[first + ((values.length - first) >> 1)] ?? 0;
}
