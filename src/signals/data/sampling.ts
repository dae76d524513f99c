// Measures how evenly a recording was sampled and where it is interrupted: median step, jitter and gaps.

import { withoutRoundingNoise } from "../../without-rounding-noise.ts";
import { piecesOfRecordings, type RowSource } from "./recordings.ts";

/** A step longer than both this many median steps and `minimalGapSeconds` is a gap, which no window may cross. */
export const gapPeriods = 3;
/** Pauses of at most this many seconds are bridged by interpolation, whatever the sampling rate. */
export const minimalGapSeconds = 0.1;

export interface Sampling {
  /** Typical step in seconds: the median, or the mean if the clock is coarse; NaN for a single row. */
  readonly periodSeconds: number;
  /** Root mean square deviation of the steps (excluding gaps) from the typical step, as a fraction of the typical step. */
  readonly jitter: number;
  /** Rows that directly follow a gap. */
  readonly gapRows: readonly number[];
  readonly gapSeconds: number;
  readonly longestGapSeconds: number;
}

/**
 * @param rows times in seconds; rows `start` to `end` (exclusive) form one recording, in which times increase
 * @param medianOf returns the median of a number of steps, which arrive in pieces (default: sorts them in memory)
 */
export function describeSampling(
  rows: Pick<RowSource, "time">,
  start: number,
  end: number,
  medianOf: (steps: () => Iterable<Float64Array>, count: number) => number = sortedMedianOfSampling,
): Sampling {
  const none = { jitter: 0, gapRows: [], gapSeconds: 0, longestGapSeconds: 0 };
  if (end - start < 2) return { periodSeconds: Number.NaN, ...none };
  const count = end - start - 1;
  const median = medianOf(() => samplingSteps(rows, start, end), count);
  const periodSeconds = meanOfCoarseSampling(rows, start, Math.min(end, start + mostCoarseRows), median) ?? median;
  // A clock that counts milliseconds can turn 3 periods into 3.0000001; such rounding must not count as a gap.
  const threshold = Math.max(gapPeriods * periodSeconds, minimalGapSeconds) * (1 + 1e-6);
  const gapRows: number[] = [];
  let gapSeconds = 0;
  let longestGapSeconds = 0;
  let squares = 0;
  let row = start;
  for (const steps of samplingSteps(rows, start, end)) {
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      row++;
      if (step > threshold) {
        gapRows.push(row);
        gapSeconds += step;
        longestGapSeconds = Math.max(longestGapSeconds, step);
      } else {
        squares += (step - periodSeconds) ** 2;
      }
    }
  }
  const counted = count - gapRows.length;
  const jitter = counted > 0 ? Math.sqrt(squares / counted) / periodSeconds : 0;
  return { periodSeconds, jitter, gapRows, gapSeconds, longestGapSeconds };
}

/** Number of rows at the start of a recording over which the mean step is measured. */
const mostCoarseRows = 2048;
const leastCoarseRows = 128;
/** Maximum ratio of the longest step to the shortest one; if steps are one or two units long, rows may have been lost instead. */
const mostCoarseRatio = 1.9;
/** Minimum difference between mean and median step, as a fraction of the median, for the mean to be used. */
const coarseDifference = 0.01;

/**
 * Returns the mean step if the clock rounds even times: at 400 Hz, a millisecond clock advances by 2 or 3 ms, and their median
 * gives 500 or 333 Hz. Rounding never adds up to more than two units of the clock; lost rows do.
 */
function meanOfCoarseSampling(
  rows: Pick<RowSource, "time">,
  start: number,
  end: number,
  median: number,
): number | undefined {
  const time = rows.time(start, end);
  const count = time.length - 1;
  if (count < leastCoarseRows) return undefined;
  const mean = (time[count]! - time[0]!) / count;
  if (!(Math.abs(mean / median - 1) > coarseDifference)) return undefined;
  let [least, most, early, late] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (let i = 1; i <= count; i++) {
    const step = time[i]! - time[i - 1]!;
    least = Math.min(least, step);
    most = Math.max(most, step);
    const deviation = time[i]! - time[0]! - i * mean;
    early = Math.min(early, deviation);
    late = Math.max(late, deviation);
  }
  const unit = (most - least) * (1 + 1e-3) + 1e-6;
  return most < mostCoarseRatio * least && late - early <= 2 * unit ? mean : undefined;
}

export function sortedMedianOfSampling(steps: () => Iterable<Float64Array>, count: number): number {
  const all = new Float64Array(count);
  let at = 0;
  for (const piece of steps()) {
    all.set(piece, at);
    at += piece.length;
  }
  return medianOfSampling(all);
}

/** Yields the steps from each row of a recording to the next, in pieces. */
export function* samplingSteps(rows: Pick<RowSource, "time">, start: number, end: number): Generator<Float64Array> {
  for (const { from, to } of piecesOfRecordings(start, end - 1)) {
    const time = rows.time(from, to + 1);
    const steps = new Float64Array(to - from);
    for (let i = 0; i < steps.length; i++) steps[i] = time[i + 1]! - time[i]!;
    yield steps;
  }
}

/** Returns the median; sorts its argument in place. */
export function medianOfSampling(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** Returns the typical sampling rate of a recording; null if it has fewer than two rows. */
export function rateOfSampling({ periodSeconds }: { readonly periodSeconds: number }): number | null {
  const rate = withoutRoundingNoise(1 / periodSeconds);
  return Number.isFinite(rate) ? rate : null;
}
