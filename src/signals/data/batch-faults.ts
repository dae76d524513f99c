// Finds faults that make a readable batch unfit to be judged. A fault is something that never occurs in a
// genuine recording. A batch in another unit, from a rotated or noisy sensor, or from an unknown person has drifted instead, and
// gets a different verdict. All limits are in gate-limits.ts.

import { counted } from "../../counted.ts";
import type { FaultDescription } from "../../data-fault.ts";
import { percent } from "../../percent.ts";
import { withPlaceOfValue } from "../files/place-of-value.ts";
import {
  absurdFactor,
  exceedsGateLimit,
  fallsBelowGateLimit,
  flatShareLimit,
  formatBesideGateLimit,
  lostShareLimit,
  minimalBatchSeconds,
  pauseSeconds,
  rateShareLimits,
} from "./gate-limits.ts";
import type { QualityReport } from "./quality-report.ts";
import { recordingPieces } from "./recordings.ts";
import { samplingSteps } from "./sampling.ts";
import type { StoredRows } from "./stored-rows.ts";

export interface ExpectedChannel {
  /** The column that holds the channel. */
  readonly column: string;
  /** Smallest and largest value of the training data, in its unit. */
  readonly min: number;
  readonly max: number;
}

export interface BatchExpectations {
  readonly channels: readonly ExpectedChannel[];
  /** The model's sampling rate, Hz. */
  readonly samplingRateHz: number;
  /** Length of the model's windows. */
  readonly windowSeconds: number;
  /** Minimum total length of the stretches that are long enough for a window (default 15 s); never less than one window. */
  readonly minimalSeconds?: number;
  /** See `findFiles`. */
  readonly stored?: ReadonlyMap<string, string>;
}

/**
 * Returns all faults, or none if the batch can be judged.
 * @param files source files of the rows
 */
export async function batchFaults(
  rows: StoredRows,
  quality: QualityReport,
  expected: BatchExpectations,
  files: readonly string[],
): Promise<FaultDescription[]> {
  return [
    ...(await batchRangeFaults(rows, expected.channels, files, expected.stored)),
    ...batchLostTimeFaults(rows),
    ...batchFlatFaults(quality),
    ...batchRateFaults(quality, expected),
    ...batchLengthFaults(rows, expected),
  ];
}

/** Faults of the clock: so much time without samples, or so implausible a rate, that the times were probably misread. */
export function batchClockFaults(
  rows: StoredRows,
  quality: QualityReport,
  expected: Pick<BatchExpectations, "samplingRateHz" | "windowSeconds">,
): FaultDescription[] {
  return [...batchLostTimeFaults(rows), ...batchRateFaults(quality, expected)];
}

/** The first value in each channel that no unit or movement can explain. */
export async function batchRangeFaults(
  rows: StoredRows,
  channels: readonly ExpectedChannel[],
  files: readonly string[],
  stored?: ReadonlyMap<string, string>,
): Promise<FaultDescription[]> {
  const faults: FaultDescription[] = [];
  for (const channel of channels) {
    const found = absurdBatchValue(rows, channel);
    if (found !== undefined) faults.push(await withPlaceOfValue(found.fault, found.value, files, stored));
  }
  return faults;
}

function absurdBatchValue(
  rows: StoredRows,
  { column, min, max }: ExpectedChannel,
): { fault: FaultDescription & { column: string }; value: number } | undefined {
  const channel = rows.channels.indexOf(column);
  if (channel < 0) return undefined;
  const limit = absurdFactor * Math.max(Math.abs(min), Math.abs(max));
  let absurd = 0;
  let first: { value: number; row: number; in: { user: string; recording: string } } | undefined;
  for (const recording of rows.recordings) {
    for (const { from, to } of recordingPieces(recording.start, recording.end)) {
      const values = rows.values(channel, from, to);
      for (let i = 0; i < values.length; i++) {
        if (!exceedsGateLimit(Math.abs(values[i]!), limit)) continue;
        absurd++;
        first ??= { value: values[i]!, row: from + i, in: recording };
      }
    }
  }
  if (first === undefined) return undefined;
  const others = absurd > 1 ? `, and ${counted(absurd - 1, "more such value")}` : "";
  const seconds = rows.time(first.row, first.row + 1)[0]!;
  const found = `${formatBatchFaultValue(first.value)} at ${formatBatchFaultValue(seconds)} s of recording "${first.in.recording}" of person "${first.in.user}"${others}`;
  const wanted = `at most ${formatBatchFaultValue(limit)} in magnitude (${absurdFactor.toLocaleString("en")} times the largest in the training data)`;
  const fault = {
    ...({ code: "range", column, expected: wanted, found } as const),
    message: `Column "${column}": ${found}; expected ${wanted}.`,
    advice: "Look for damaged bytes or a code for missing values (1e9, 3.4e38), and leave such cells empty.",
  };
  return { fault, value: first.value };
}

/**
 * Share of the total time without samples. If a step is longer than 1.5 median steps of its recording, the time beyond one
 * median step is lost. Time without a label was recorded, although its rows were dropped: it is not counted.
 */
function batchLostTimeFaults(rows: StoredRows): FaultDescription[] {
  let lost = 0;
  let total = 0;
  for (const [r, { start, end, afterUnlabelled }] of rows.recordings.entries()) {
    const period = rows.sampling[r]!.periodSeconds;
    let [row, u] = [0, 0];
    for (const steps of samplingSteps(rows, start, end)) {
      for (const step of steps) {
        row++;
        if (row === afterUnlabelled[u]) {
          u++;
          continue;
        }
        if (step > pauseSeconds) continue;
        total += step;
        if (step > 1.5 * period) lost += step - period;
      }
    }
  }
  if (!exceedsGateLimit(lost, lostShareLimit * total)) return [];
  const found = `${percent(lost / total)} of ${formatBatchFaultValue(total)} s without samples`;
  const wanted = `at most ${percent(lostShareLimit)} (not counting pauses of more than ${pauseSeconds} s)`;
  const advice = "Look for lost packets or a full buffer in the recorder.";
  return [{ code: "lost_time", message: `${found}; expected ${wanted}.`, advice, expected: wanted, found }];
}

export function batchFlatFaults({
  channels,
  seconds,
}: Pick<QualityReport, "channels" | "seconds">): FaultDescription[] {
  return Object.entries(channels).flatMap(([column, channel]): FaultDescription[] => {
    if (!channel.flat && !exceedsGateLimit(channel.flat_seconds, flatShareLimit * seconds)) return [];
    const found = channel.flat
      ? `constant throughout (${formatBatchFaultValue(channel.min)})`
      : `constant for ${percent(channel.flat_seconds / seconds)} of the time`;
    const wanted = `constant for at most ${percent(flatShareLimit)} of the time`;
    const advice = "Look for a sensor that is stuck, saturated or switched off.";
    return [
      {
        code: "flat",
        message: `Column "${column}": ${found}; expected ${wanted}.`,
        advice,
        column,
        expected: wanted,
        found,
      },
    ];
  });
}

function batchRateFaults(
  quality: QualityReport,
  { samplingRateHz, windowSeconds }: Pick<BatchExpectations, "samplingRateHz" | "windowSeconds">,
): FaultDescription[] {
  const [low, high] = [samplingRateHz * rateShareLimits.lower, samplingRateHz * rateShareLimits.upper];
  const off = quality.per_recording.filter(
    ({ rate_hz, seconds }) =>
      rate_hz !== null &&
      !fallsBelowGateLimit(seconds, windowSeconds) &&
      (fallsBelowGateLimit(rate_hz, low) || exceedsGateLimit(rate_hz, high)),
  );
  const first = off[0];
  if (first === undefined) return [];
  const others = off.length > 1 ? `, and ${counted(off.length - 1, "more recording")}` : "";
  const limit = first.rate_hz! < low ? low : high;
  const found = `${formatBesideGateLimit(first.rate_hz!, limit)} Hz in recording "${first.recording}" of person "${first.user}"${others}`;
  const wanted = `${formatBatchFaultValue(low)} to ${formatBatchFaultValue(high)} Hz for a model of ${formatBatchFaultValue(samplingRateHz)} Hz`;
  return [
    {
      code: "sampling_rate",
      message: `${found}; expected ${wanted}.`,
      advice: `Check the recorder's rate, and that the time column is in ${quality.columns.time_unit}; to read recordings of such a rate, train with a --rate near it.`,
      ...(quality.columns.time === null ? {} : { column: quality.columns.time }),
      expected: wanted,
      found,
    },
  ];
}

function batchLengthFaults(rows: StoredRows, expected: BatchExpectations): FaultDescription[] {
  const { samplingRateHz, windowSeconds, minimalSeconds = minimalBatchSeconds } = expected;
  const least = Math.max(minimalSeconds, windowSeconds);
  let [usable, total] = [0, 0];
  for (const { start, end } of rows.stretches()) {
    const seconds = rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]! + 1 / samplingRateHz;
    total += seconds;
    // If a clock counts milliseconds, rounding can make a full window look slightly too short.
    if (seconds * (1 + 1e-6) >= windowSeconds) usable += seconds;
  }
  if (usable * (1 + 1e-6) >= least) return [];
  const found = `${formatBatchFaultValue(usable)} s in stretches long enough for a window of ${formatBatchFaultValue(windowSeconds)} s, out of ${formatBatchFaultValue(total)} s`;
  const wanted = `at least ${formatBatchFaultValue(least)} s`;
  const advice = "Collect a longer batch, or recordings with fewer gaps.";
  return [{ code: "too_short", message: `${found}; expected ${wanted}.`, advice, expected: wanted, found }];
}

function formatBatchFaultValue(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
