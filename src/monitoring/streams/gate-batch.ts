// Passes unlabelled recordings through the quality gate, and matches their columns with the model's channels.

import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import type { Reporter } from "../../reporter.ts";
import { shellCommand } from "../../shell-words.ts";
import type { ExpectedChannel } from "../../signals/data/batch-faults.ts";
import {
  batchUnitFactors,
  batchUnits,
  leastBatchUnitFactors,
  noteOnBatchUnitsOfPeople,
} from "../../signals/data/batch-units.ts";
import type { ColumnOptions } from "../../signals/data/named-columns.ts";
import { type OpenedBatch, openQualityGate, type QualityGateOptions } from "../../signals/data/quality-gate.ts";
import type { QualityReport } from "../../signals/data/quality-report.ts";
import { storedResampling } from "../../storage/stored-config.ts";
import type { BaselineStats } from "../drift/baseline-stats.ts";
import { unitsOfWatchedModel, type WatchedModel } from "./watched-model.ts";

/**
 * The columns that contain a model's channels, in the model's order.
 * @param given value of `--channels`; if undefined, the model's own names are used
 * @throws UserError if the number of given columns differs from the number of channels in the model
 */
export function gateBatchColumns(given: readonly string[] | undefined, channels: readonly string[]): readonly string[] {
  if (given === undefined || given.length === channels.length) return given ?? channels;
  throw new UserError(
    `--channels: expected one column for each of the model's ${channels.length} channels (${channels.join(", ")}), got ${given.length}`,
    {
      advice: "Specify one column per channel, in this order.",
    },
  );
}

/** A batch's columns, units and rate, as described by the user. */
export interface GivenColumns {
  readonly channels?: readonly string[];
  /** Columns with the person, the recording and the time. If not given, they are found by their usual names. */
  readonly columns: Omit<ColumnOptions, "channels" | "modelChannels">;
  /** Units of the batch, as in `--units`. */
  readonly units?: string | undefined;
  /** Sampling rate, in Hz, of recordings without times, as in `--rate`. */
  readonly rate?: number | undefined;
  /** People and classes from data read earlier; see `openRecordings`. */
  readonly known?: QualityGateOptions["known"];
  /** See `findFiles`. */
  readonly stored?: ReadonlyMap<string, string> | undefined;
  /** See `openRecordings`. */
  readonly numbers?: QualityGateOptions["numbers"] | undefined;
  /** See `openRecordings`. */
  readonly maxRows?: number | undefined;
}

/**
 * Opens a batch of any length, converting its rows to the model's units.
 * @throws UserError if a declared unit does not fit, or the files cannot be read
 */
export async function openGatedBatch(
  files: readonly string[],
  given: GivenColumns,
  monitor: WatchedModel,
  reporter?: Reporter,
): Promise<OpenedBatch> {
  const { channels } = monitor.folder.manifest.data;
  const named = gateBatchColumns(given.channels, channels);
  const units = batchUnits(unitsOfWatchedModel(monitor), named, given.units);
  const { notes, faults } = units;
  if (faults.length > 0) return { accepted: false, reasons: faults, quality: null, times: null };
  const expected = gateBatchChannels(channels, named, monitor.baseline, leastBatchUnitFactors(units));
  const batch = await openQualityGate(files, optionsToGateBatch(given, expected, monitor, reporter));
  if (!batch.accepted) return batch;
  const { opened, warnings } = batch;
  const note = noteOnBatchUnitsOfPeople(units, opened.rows.recordings);
  return {
    ...batch,
    opened: { ...opened, rows: opened.rows.scaled(batchUnitFactors(units)) },
    warnings: [...notes, ...(note === null ? [] : [note]), ...warnings],
  };
}

/**
 * Returns a warning if a batch contains the data of several people, because their differences look like drift.
 * @param groupFromPath value of `--group-from-path`, which names the person if no column does
 */
export function noteOnPeopleInBatch(
  { persons, columns }: Pick<QualityReport, "persons" | "columns">,
  groupFromPath: string | undefined,
): string | null {
  const people = Object.keys(persons);
  const source = groupFromPath?.replace(/\{[^{}]*\}/, "{stream}") ?? columns.group;
  if (source === null || people.length < 2) return null;
  return (
    `The batch contains data from ${people.length} people (${listedNames(people)}). If several people share a stream, the ` +
    `differences between them can look like drift. Give each person a stream, for example with ${shellCommand("--stream-from", source)}`
  );
}

function optionsToGateBatch(
  given: GivenColumns,
  channels: readonly ExpectedChannel[],
  { config }: WatchedModel,
  reporter: Reporter | undefined,
): QualityGateOptions {
  const { rate, window } = config;
  return {
    columns: given.columns,
    ...(given.known !== undefined && { known: given.known }),
    ...(given.stored !== undefined && { stored: given.stored }),
    ...(given.numbers !== undefined && { numbers: given.numbers }),
    ...(given.maxRows !== undefined && { maxRows: given.maxRows }),
    ...(given.rate !== undefined && { recordedRateHz: given.rate }),
    channels,
    samplingRateHz: rate,
    windowSeconds: window / rate,
    resampling: storedResampling(config),
    ...(reporter !== undefined && { reporter }),
  };
}

/**
 * Properties of each channel in the training data, in the units of the batch and under the name of its column.
 * @param factors factors that the batch's values will be multiplied by, per channel
 */
export function gateBatchChannels(
  channels: readonly string[],
  columns: readonly string[],
  { per_channel }: Pick<BaselineStats, "per_channel">,
  factors: readonly number[],
): ExpectedChannel[] {
  return channels.flatMap((name, c) => {
    const known = per_channel[name];
    return known === undefined
      ? []
      : [{ column: columns[c]!, min: known.min / factors[c]!, max: known.max / factors[c]! }];
  });
}
