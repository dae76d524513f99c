// Resamples a stretch to the rate that the network expects, by linear interpolation. A stretch that is already evenly
// sampled at that rate is passed on unchanged, bit for bit. Linear interpolation has no low-pass filter, so downsampling
// aliases frequencies above half the target rate. Body movement (below 20 Hz) has little there. Dimensions: N samples in, M
// out, C channels.

import { DataFault } from "../data/data-fault.ts";
import { exceedsLimit, mostUpsampling } from "../data/gate-limits.ts";
import {
  type Recordings,
  type RowSource,
  recordingPieces,
  rowsOfRecordings,
  type Stretch,
} from "../data/recordings.ts";

/** A stretch counts as evenly sampled if each sample deviates from its even tick by at most this share of a period. */
export const evenTolerance = 0.05;

/** The plan for resampling a stretch to an even rate. */
export interface EvenPlan {
  readonly stretch: Stretch;
  /** M, the number of samples out. */
  readonly length: number;
  /** Seconds on the recording's own clock; sample i is at `startTime + i / rate`. */
  readonly startTime: number;
  readonly resampled: boolean;
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

/** One stretch at an even rate. */
export interface EvenStretch extends Omit<EvenPlan, "stretch"> {
  /** C columns of M values; views of the recordings if `resampled` is false. */
  readonly values: readonly Float32Array[];
}

/**
 * @param samplingRateHz the target rate, Hz
 * @returns samples at whole periods, from the stretch's first time up to at most its last time
 * @throws DataFault if there would be more than a hundred samples per recorded sample
 */
export function resample(recordings: Recordings, stretch: Stretch, samplingRateHz: number): EvenStretch {
  const rows = rowsOfRecordings(recordings);
  const { stretch: _, ...plan } = planResampling(rows, stretch, samplingRateHz);
  return { ...plan, values: resampledValues(rows, { ...plan, stretch }, samplingRateHz, 0, plan.length) };
}

/** @throws DataFault under the same condition as `resample` */
export function planResampling(rows: RowSource, stretch: Stretch, samplingRateHz: number): EvenPlan {
  const { start, end } = stretch;
  const startTime = timeOfResampledRow(rows, start);
  if (isEvenlySampled(rows, start, end, samplingRateHz))
    return { stretch, length: end - start, startTime, resampled: false };
  // Keep a last tick that lies beyond the last sample only because of rounding.
  const seconds = timeOfResampledRow(rows, end - 1) - startTime;
  const length = Math.floor(seconds * samplingRateHz + 1e-6) + 1;
  if (exceedsLimit(length, mostUpsampling * (end - start)))
    throw tooSlowToResample(stretch, seconds / (end - start - 1), samplingRateHz);
  return { stretch, length, startTime, resampled: true };
}

/** Samples `from` to `to` (exclusive) of a planned stretch: C columns. */
export function resampledValues(
  rows: RowSource,
  { stretch: { start, end }, startTime, resampled }: EvenPlan,
  samplingRateHz: number,
  from: number,
  to: number,
): Float32Array[] {
  if (!resampled) return rows.channels.map((_, c) => rows.values(c, start + from, start + to));
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

/** The row from which a tick is interpolated: the last row at or before the tick that has a successor. */
function rowToResampleAt(rows: RowSource, start: number, end: number, at: number): number {
  let [low, high] = [start, Math.max(start, end - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeOfResampledRow(rows, middle) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether every sample is within `evenTolerance` periods of its even tick, counted from the first sample. */
function isEvenlySampled(rows: RowSource, start: number, end: number, samplingRateHz: number): boolean {
  const tolerance = evenTolerance / samplingRateHz;
  const first = timeOfResampledRow(rows, start);
  for (const { from, to } of recordingPieces(start, end)) {
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
