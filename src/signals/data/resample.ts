// Resamples a stretch to the network's sampling rate. A stretch that is already evenly sampled at the network's rate is
// returned unchanged, bit for bit. A stretch at a higher rate is low-pass filtered, because frequencies above half the new rate
// would otherwise appear as lower ones. Any other stretch is interpolated linearly. Uneven times are assumed to be correct:
// before filtering, samples are interpolated at even times. Models from earlier versions always use linear interpolation.
// Dimensions: N input samples, M output samples, C channels.

import { DataFault } from "../../data-fault.ts";
import { exceedsGateLimit, mostUpsampling, unsaidRateDifference } from "./gate-limits.ts";
import { type LowPassTicks, lowPass, lowPassInputs } from "./low-pass.ts";
import { piecesOfRecordings, type Recordings, type RowSource, rowsOfRecordings, type Stretch } from "./recordings.ts";

/**
 * How a stretch at a higher rate is resampled. One of:
 * - `low-pass`: with a low-pass filter, unless the stretch's rate is at most 5 % higher
 * - `linear`: only by linear interpolation, as in versions without a filter
 */
export type Resampling = "low-pass" | "linear";

/**
 * Maximum deviation of each sample from its even time, as a fraction of the period, for a stretch to count as evenly sampled.
 */
export const evenTolerance = 0.05;

/** The plan for resampling a stretch to an even rate. */
export interface EvenPlan {
  readonly stretch: Stretch;
  /** Number of output samples M. */
  readonly length: number;
  /** Time of the first sample, in seconds, on the recording's own clock; sample i is at `startTime + i / rate`. */
  readonly startTime: number;
  readonly resampled: boolean;
  /** The low-pass filter; null if the stretch is interpolated or unchanged. */
  readonly filter: {
    /** Number of input samples per output sample. */
    readonly ratio: number;
    /** Whether the stretch is evenly sampled at its own rate. */
    readonly even: boolean;
  } | null;
}

function tooSlowToResample({ user, recording }: Stretch, secondsPerSample: number, samplingRateHz: number): DataFault {
  const found = `a sample every ${secondsPerSample.toPrecision(3)} s`;
  const expected = `at least ${samplingRateHz / mostUpsampling} samples per second`;
  return new DataFault({
    code: "sampling_rate",
    expected,
    found,
    message: `recording ${JSON.stringify(recording)} of ${JSON.stringify(user)}: expected ${expected} for resampling to ${samplingRateHz} Hz, found ${found}`,
    advice: "Check the time column and its unit, or give a lower --rate.",
  });
}

/** One stretch, resampled to an even rate. */
export interface EvenStretch extends Omit<EvenPlan, "stretch"> {
  /** C columns of M values, which are views into the recordings if `resampled` is false. */
  readonly values: readonly Float32Array[];
}

/**
 * @param samplingRateHz target rate, in Hz
 * @returns samples at whole periods, from the stretch's first time up to at most its last time
 * @throws DataFault if there would be more than a hundred output samples per recorded sample
 */
export function resample(
  recordings: Recordings,
  stretch: Stretch,
  samplingRateHz: number,
  resampling: Resampling = "low-pass",
): EvenStretch {
  const rows = rowsOfRecordings(recordings);
  const { stretch: _, ...plan } = planResampling(rows, stretch, samplingRateHz, resampling);
  return { ...plan, values: resampledValues(rows, { ...plan, stretch }, samplingRateHz, 0, plan.length) };
}

/** @throws DataFault under the same condition as `resample` */
export function planResampling(
  rows: RowSource,
  stretch: Stretch,
  samplingRateHz: number,
  resampling: Resampling,
): EvenPlan {
  const { start, end } = stretch;
  const startTime = timeOfResampledRow(rows, start);
  if (needsNoResampling(rows, start, end, samplingRateHz))
    return { stretch, length: end - start, startTime, resampled: false, filter: null };
  // Keeps the last output time if it exceeds that of the last sample only because of rounding.
  const seconds = timeOfResampledRow(rows, end - 1) - startTime;
  const length = Math.floor(seconds * samplingRateHz + 1e-6) + 1;
  if (exceedsGateLimit(length, mostUpsampling * (end - start)))
    throw tooSlowToResample(stretch, seconds / (end - start - 1), samplingRateHz);
  const ownRateHz = (end - start - 1) / seconds;
  const ratio = ownRateHz / samplingRateHz;
  const filter =
    resampling === "low-pass" && exceedsGateLimit(ratio, 1 + unsaidRateDifference)
      ? { ratio, even: needsNoResampling(rows, start, end, ownRateHz) }
      : null;
  return { stretch, length, startTime, resampled: true, filter };
}

/** Returns samples `from` to `to` (exclusive) of a planned stretch, as C columns. */
export function resampledValues(
  rows: RowSource,
  plan: EvenPlan,
  samplingRateHz: number,
  from: number,
  to: number,
): Float32Array[] {
  const { stretch, startTime, resampled, filter } = plan;
  const { start, end } = stretch;
  if (!resampled) return rows.channels.map((_, c) => rows.values(c, start + from, start + to));
  if (filter !== null) {
    const ticks: LowPassTicks = { inputs: end - start, ratio: filter.ratio, from, to };
    const { first, last } = lowPassInputs(ticks);
    const inputs = filter.even
      ? rows.channels.map((_, c) => rows.values(c, start + first, start + last))
      : resampleAtEvenTimes(rows, plan, filter.ratio * samplingRateHz, first, last);
    return lowPass(inputs, ticks);
  }
  const first = rowToResampleAt(rows, start, end, startTime + from / samplingRateHz);
  const last = Math.min(end - 1, rowToResampleAt(rows, start, end, startTime + (to - 1) / samplingRateHz) + 1);
  const time = rows.time(first, last + 1);
  const read = rows.channels.map((_, c) => rows.values(c, first, last + 1));
  const values = read.map(() => new Float32Array(to - from));
  let left = 0;
  for (let i = 0; i < to - from; i++) {
    const at = startTime + (from + i) / samplingRateHz;
    while (first + left < end - 2 && time[left + 1]! <= at) left++;
    const share = first + left + 1 < end ? Math.min(1, (at - time[left]!) / (time[left + 1]! - time[left]!)) : 0;
    for (let c = 0; c < values.length; c++) {
      const column = read[c]!;
      const before = column[left]!;
      values[c]![i] = share === 0 ? before : before + share * (column[left + 1]! - before);
    }
  }
  return values;
}

/**
 * Interpolates samples `from` to `to` (exclusive) of a stretch at even times of the given rate, with cubic polynomials. The
 * slope at a row is that of the line between its neighbours, so that two rows in quick succession do not cause overshoot.
 */
function resampleAtEvenTimes(
  rows: RowSource,
  { stretch: { start, end }, startTime }: EvenPlan,
  rateHz: number,
  from: number,
  to: number,
): Float32Array[] {
  const first = Math.max(start, rowToResampleAt(rows, start, end, startTime + from / rateHz) - 1);
  const last = Math.min(end - 1, rowToResampleAt(rows, start, end, startTime + (to - 1) / rateHz) + 2);
  const time = rows.time(first, last + 1);
  const read = rows.channels.map((_, c) => rows.values(c, first, last + 1));
  const values = read.map(() => new Float32Array(to - from));
  const row = (at: number): number => Math.min(Math.max(at, 0), last - first);
  let left = 0;
  for (let i = 0; i < to - from; i++) {
    const at = startTime + (from + i) / rateHz;
    while (left < last - first - 1 && time[left + 1]! <= at) left++;
    const right = row(left + 1);
    const step = time[right]! - time[left]!;
    const share = Math.min(1, Math.max(0, (at - time[left]!) / step));
    const [before, after] = [row(left - 1), row(right + 1)];
    const [h01, h10, h11] = [share ** 2 * (3 - 2 * share), share * (1 - share) ** 2, share ** 2 * (share - 1)];
    const [slopeShareLeft, slopeShareRight] = [
      step / (time[right]! - time[before]!),
      step / (time[after]! - time[left]!),
    ];
    for (let c = 0; c < values.length; c++) {
      const column = read[c]!;
      const [y0, y1] = [column[left]!, column[right]!];
      const [slopeLeft, slopeRight] = [
        (y1 - column[before]!) * slopeShareLeft,
        (column[after]! - y0) * slopeShareRight,
      ];
      values[c]![i] = y0 + h01 * (y1 - y0) + h10 * slopeLeft + h11 * slopeRight;
    }
  }
  return values;
}

/** Returns the row that a time is interpolated from: the last row at or before the time that has a successor. */
function rowToResampleAt(rows: RowSource, start: number, end: number, at: number): number {
  let [low, high] = [start, Math.max(start, end - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeOfResampledRow(rows, middle) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether every sample is within `evenTolerance` periods of its even time, counting from the first sample. */
function needsNoResampling(rows: RowSource, start: number, end: number, samplingRateHz: number): boolean {
  const tolerance = evenTolerance / samplingRateHz;
  const first = timeOfResampledRow(rows, start);
  for (const { from, to } of piecesOfRecordings(start, end)) {
    const time = rows.time(from, to);
    for (let i = 0; i < time.length; i++) {
      if (!(Math.abs(time[i]! - first - (from + i - start) / samplingRateHz) <= tolerance)) return false;
    }
  }
  return true;
}

function timeOfResampledRow(rows: RowSource, row: number): number {
  return rows.time(row, row + 1)[0]!;
}
