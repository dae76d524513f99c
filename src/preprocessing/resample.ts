// Brings a stretch to the rate that the network expects, by linear interpolation. A stretch that already ticks evenly
// at that rate is passed on untouched, bit for bit. Linear interpolation has no low-pass filter: bringing a faster
// recording down folds what lies above half the target rate, which for body movement (below 20 Hz) is little.
// Dimensions: N samples in, M out, C channels.

import { DataFault } from "../data/data-fault.ts";
import type { Recordings, Stretch } from "../data/recordings.ts";

/** A sample may lie this share of a period off its even tick and still count as even. */
export const evenTolerance = 0.05;

/** One stretch at an even rate. */
export interface EvenStretch {
  /** C columns of M values; views of the recordings where `resampled` is false. */
  readonly values: readonly Float32Array[];
  /** M. */
  readonly length: number;
  /** Seconds on the recording's own clock; sample i lies at `startTime + i / rate`. */
  readonly startTime: number;
  readonly resampled: boolean;
}

/** Interpolated samples for each recorded one, beyond which it is the clock that was misread; an arbitrary choice. */
const mostUpsampling = 100;

function tooSlow({ user, recording }: Stretch, secondsPerSample: number, samplingRateHz: number): DataFault {
  const found = `a sample every ${secondsPerSample.toPrecision(3)} s`;
  const expected = `at least ${samplingRateHz / mostUpsampling} samples per second`;
  return new DataFault({
    ...{ code: "sampling_rate", expected, found },
    message: `recording ${JSON.stringify(recording)} of ${JSON.stringify(user)}: expected ${expected} to bring it to ${samplingRateHz} Hz, found ${found}`,
    advice: "Check the column of times and its unit, or give a lower --rate.",
  });
}

/**
 * @param samplingRateHz the rate wanted, Hz
 * @returns samples from the stretch's first time on, as many whole periods as fit up to its last time
 * @throws DataFault if there would be over a hundred for each that was recorded
 */
export function resample(recordings: Recordings, stretch: Stretch, samplingRateHz: number): EvenStretch {
  const { start, end } = stretch;
  const { time } = recordings;
  const startTime = time[start]!;
  if (isEven(time, start, end, samplingRateHz)) {
    const values = recordings.values.map((column) => column.subarray(start, end));
    return { values, length: end - start, startTime, resampled: false };
  }
  // A last tick that misses the last sample by rounding alone is kept.
  const length = Math.floor((time[end - 1]! - startTime) * samplingRateHz + 1e-6) + 1;
  const most = mostUpsampling * (end - start);
  if (!(length <= most)) throw tooSlow(stretch, (time[end - 1]! - startTime) / (end - start - 1), samplingRateHz);
  const values = recordings.values.map(() => new Float32Array(length));
  let left = start;
  for (let i = 0; i < length; i++) {
    const at = startTime + i / samplingRateHz;
    while (left < end - 2 && time[left + 1]! <= at) left++;
    const share = left + 1 < end ? Math.min(1, (at - time[left]!) / (time[left + 1]! - time[left]!)) : 0;
    for (let c = 0; c < values.length; c++) {
      const column = recordings.values[c]!;
      const before = column[left]!;
      values[c]![i] = share === 0 ? before : before + share * (column[left + 1]! - before);
    }
  }
  return { values, length, startTime, resampled: true };
}

/** Whether every sample lies within `evenTolerance` periods of an even tick from the first, without drifting off. */
function isEven(time: Float64Array, start: number, end: number, samplingRateHz: number): boolean {
  const tolerance = evenTolerance / samplingRateHz;
  const first = time[start]!;
  for (let i = start; i < end; i++) {
    if (!(Math.abs(time[i]! - first - (i - start) / samplingRateHz) <= tolerance)) return false;
  }
  return true;
}
