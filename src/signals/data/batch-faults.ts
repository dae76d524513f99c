// Finds faults that make a readable batch unfit for judgement. Only what never occurs in a genuine recording counts as a fault.
// A batch in a different unit, from a rotated or noisy sensor, or from an unfamiliar person is not faulty: it has drifted and
// gets a different verdict. All limits are in gate-limits.ts.

import type { FaultDescription } from "../../data-fault.ts";
import { withPlaceOfValue } from "../files/place-of-value.ts";
import { absurdLimit, absurdSample } from "./absurd-values.ts";
import { type BatchQuality, lostTimeForBatchQuality, usableTimeForBatchQuality } from "./batch-quality.ts";
import {
  describeFlatChannelFaults,
  describeLengthFaults,
  describeLostTimeFaults,
  describeRangeFault,
  describeRateFaults,
} from "./describe-batch-faults.ts";
import type { QualityReport } from "./quality-report.ts";
import { missingCellFaults, repeatedTimesFault } from "./row-faults.ts";
import { unknownUser } from "./select-rows.ts";
import type { StoredRows } from "./stored-rows.ts";

export interface ExpectedChannel {
  /** The column that holds the channel's values. */
  readonly column: string;
  /** Smallest and largest value in the training data, converted to the units of the batch. */
  readonly min: number;
  readonly max: number;
}

export interface BatchExpectations {
  readonly channels: readonly ExpectedChannel[];
  /** The model's sampling rate in Hz. */
  readonly samplingRateHz: number;
  /** Length of the model's windows, in seconds. */
  readonly windowSeconds: number;
  /** Minimum total length, in seconds, of the stretches long enough for a window (default 15); never less than one window. */
  readonly minimalSeconds?: number;
  /** See `findFiles`. */
  readonly stored?: ReadonlyMap<string, string>;
}

/**
 * Returns all faults in the batch; an empty list if it can be judged.
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
    ...describeLostTimeFaults(lostTimeForBatchQuality(rows)),
    ...describeFlatChannelFaults(quality),
    ...describeRateFaults(quality.per_recording, quality.columns, expected),
    ...describeLengthFaults(usableTimeForBatchQuality(rows, expected), expected),
  ];
}

/**
 * Returns faults in the clock: so much time without samples, or so implausible a rate, that the times were probably misread.
 */
export function batchClockFaults(
  rows: StoredRows,
  quality: QualityReport,
  expected: Pick<BatchExpectations, "samplingRateHz" | "windowSeconds">,
): FaultDescription[] {
  return [
    ...describeLostTimeFaults(lostTimeForBatchQuality(rows)),
    ...describeRateFaults(quality.per_recording, quality.columns, expected),
  ];
}

/** Returns a fault for the first value in each channel that no unit or movement can explain. */
export async function batchRangeFaults(
  rows: StoredRows,
  channels: readonly ExpectedChannel[],
  files: readonly string[],
  stored?: ReadonlyMap<string, string>,
): Promise<FaultDescription[]> {
  const faults: FaultDescription[] = [];
  for (const channel of channels) {
    const at = rows.channels.indexOf(channel.column);
    const found = at < 0 ? null : absurdSample(rows, at, channel);
    if (found !== null)
      faults.push(
        await withPlaceOfValue(
          describeRangeFault(channel, { ...found.sample, user: found.user }),
          found.sample.value,
          files,
          stored,
        ),
      );
  }
  return faults;
}

/**
 * Returns the faults in a batch known only from a summary, worded as for files whose columns are named after the channels.
 * @param expected.channels the channels, whose columns are named after them
 */
export function summarizedBatchFaults(quality: BatchQuality, expected: BatchExpectations): FaultDescription[] {
  const { channels, time, rows_read: read, recordings, seconds, lost, usable } = quality;
  const names = Object.keys(channels);
  const roles = { channels: names, label: null, group: null, recording: null, time: "time" };
  const counts = [...names.map((name) => channels[name]!), time];
  const cells = {
    missing: counts.map(({ missing }) => missing),
    infinite: counts.map(({ infinite }) => infinite),
    read,
  };
  const repeated = repeatedTimesFault(
    recordings.map((own) => ({ ...own, user: unknownUser })),
    roles,
  );
  return [
    ...(read === 0 ? [] : missingCellFaults(cells, roles)),
    ...(repeated === undefined ? [] : [repeated]),
    ...expected.channels.flatMap((known) => {
      const found = channels[known.column]?.absurd ?? null;
      if (found === null || !(Math.abs(found.value) > absurdLimit(known))) return [];
      return [describeRangeFault(known, { ...found, user: unknownUser })];
    }),
    ...describeLostTimeFaults(lost),
    ...describeFlatChannelFaults({ channels, seconds }),
    ...describeRateFaults(
      recordings.map((own) => ({ ...own, user: unknownUser })),
      { time: null, time_unit: "s" },
      expected,
    ),
    ...describeLengthFaults(usable, expected),
  ];
}
