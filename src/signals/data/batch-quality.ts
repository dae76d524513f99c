// The measurements of a batch's rows that the quality gate needs. They are made in the same way from files as on a device,
// which the rows never leave; batch-faults.ts judges them. The keys are in snake_case, because this object is part of a
// device's summary.

import { withoutRoundingNoise } from "../../without-rounding-noise.ts";
import { type AbsurdSample, absurdSample, type KnownRange } from "./absurd-values.ts";
import { channelContent } from "./channel-content.ts";
import { pauseSeconds } from "./gate-limits.ts";
import type { RowSource } from "./recordings.ts";
import type { SampledRows } from "./sampled-rows.ts";
import { rateOfSampling, samplingSteps } from "./sampling.ts";
import { stretchesByRecording, stretchSeconds } from "./stretches.ts";

/** Counts of unusable values. */
export interface ArrivedFaults {
  /** Number of values that are empty or not numbers. */
  readonly missing: number;
  /** Number of infinite values. */
  readonly infinite: number;
}

/** Measurements of a batch's rows for the quality gate. */
export interface BatchQuality {
  /** Number of rows that arrived, whether or not they were kept. */
  readonly rows_read: number;
  /** Unusable times of rows. */
  readonly time: ArrivedFaults;
  /** Total recorded time in all stretches, in seconds. */
  readonly seconds: number;
  /** Recordings in the order of their first rows. */
  readonly recordings: readonly RecordingQuality[];
  /** Time without samples. */
  readonly lost: LostTime;
  /** Time that windows can cover, in seconds. */
  readonly usable: UsableTime;
  /** By channel. */
  readonly channels: Readonly<Record<string, ChannelContent & ArrivedFaults>>;
}

/** One recording in a batch. */
export interface RecordingQuality {
  /** Its name. */
  readonly recording: string;
  /** Rows that were kept. */
  readonly rows: number;
  /** Number of rows that repeated the previous row's time with different values. */
  readonly repeated: number;
  /** Recorded time. */
  readonly seconds: number;
  /** Sampling rate; null if there are fewer than two rows. */
  readonly rate_hz: number | null;
}

/** Time without samples within recordings; pauses of more than a minute are neither lost nor counted in the total. */
export interface LostTime {
  /** Lost time, in seconds: the part beyond one median step of each step longer than 1.5 median steps. */
  readonly seconds: number;
  /** Time in all steps. */
  readonly of_seconds: number;
}

/** Time in stretches long enough for a window, and the total time. */
export interface UsableTime {
  /** Time in these stretches. */
  readonly seconds: number;
  /** Time in all stretches. */
  readonly of_seconds: number;
}

/** One channel in a batch. */
export interface ChannelContent {
  /** Smallest value kept; 0 if none was. */
  readonly min: number;
  /** Largest value kept; 0 if none was. */
  readonly max: number;
  /** Time, in seconds, in runs of one value that last at least a second. */
  readonly flat_seconds: number;
  /** The first value that no unit or movement can explain, and the number of such values; null if there are none. */
  readonly absurd: AbsurdSample | null;
}

/** Counts of everything that arrived, which cannot be derived from the rows that were kept. */
export interface ArrivedCells {
  readonly read: number;
  /** Number of missing values in each channel, followed by that in the time column. */
  readonly missing: readonly number[];
  readonly infinite: readonly number[];
  /** By recording. */
  readonly repeated: ReadonlyMap<string, number>;
}

/** @param expected.ranges ranges in the training data by channel; in a channel without a range, no value counts as absurd */
export function measureBatchQuality(
  rows: SampledRows,
  { read, missing, infinite, repeated }: ArrivedCells,
  expected: {
    readonly samplingRateHz: number;
    readonly windowSeconds: number;
    readonly ranges: Readonly<Record<string, KnownRange>>;
  },
): BatchQuality {
  const perRecording = rows.recordings.map(() => 0);
  for (const [r, stretch] of stretchesByRecording(rows)) perRecording[r]! += stretchSeconds(rows, r, stretch);
  const channels = rows.channels.map((name, c) => {
    const { min, max, flat_seconds } = channelContent(rows, c);
    const range = Number.isFinite(min) ? { min, max } : { min: 0, max: 0 };
    const known = Object.hasOwn(expected.ranges, name) ? expected.ranges[name] : undefined;
    const absurd = known === undefined ? null : (absurdSample(rows, c, known)?.sample ?? null);
    return [name, { ...range, flat_seconds, absurd, missing: missing[c]!, infinite: infinite[c]! }] as const;
  });
  return {
    rows_read: read,
    time: { missing: missing.at(-1)!, infinite: infinite.at(-1)! },
    seconds: withoutRoundingNoise(perRecording.reduce((sum, own) => sum + own, 0)),
    recordings: rows.recordings.map(({ recording, start, end }, r) => ({
      recording,
      rows: end - start,
      repeated: repeated.get(recording) ?? 0,
      seconds: perRecording[r]!,
      rate_hz: rateOfSampling(rows.sampling[r]!),
    })),
    lost: lostTimeForBatchQuality(rows),
    usable: usableTimeForBatchQuality(rows, expected),
    channels: Object.fromEntries(channels),
  };
}

/**
 * For every step longer than 1.5 times its recording's median step, counts the time beyond one median step as lost. Rows
 * without a label were dropped, but their time was recorded and therefore does not count as lost. Nor does the time between two
 * activities, because recorders are often stopped in between.
 */
export function lostTimeForBatchQuality(rows: SampledRows): LostTime {
  let [lost, total] = [0, 0];
  for (const [r, { start, end, afterUnlabelled = [], labels = [] }] of rows.recordings.entries()) {
    const period = rows.sampling[r]!.periodSeconds;
    const afterPause = new Set([...afterUnlabelled, ...labels.map(({ from }) => from)]);
    let row = 0;
    for (const steps of samplingSteps(rows, start, end)) {
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i]!;
        row++;
        if (step > pauseSeconds || afterPause.has(row)) continue;
        total += step;
        if (step > 1.5 * period) lost += step - period;
      }
    }
  }
  return { seconds: lost, of_seconds: total };
}

export function usableTimeForBatchQuality(
  rows: RowSource,
  { samplingRateHz, windowSeconds }: { readonly samplingRateHz: number; readonly windowSeconds: number },
): UsableTime {
  let [usable, total] = [0, 0];
  for (const { start, end } of rows.stretches()) {
    const seconds = rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]! + 1 / samplingRateHz;
    total += seconds;
    // When a clock counts milliseconds, rounding can make a full window appear slightly too short.
    if (seconds * (1 + 1e-6) >= windowSeconds) usable += seconds;
  }
  return { seconds: usable, of_seconds: total };
}
