// `tidemark convert`: reads recordings as `train` would, and writes them to one clean table, in SI units if the units are
// known.

import { type ConvertConfig, type ConvertOptions, resolveConvertConfig } from "../options/resolve-config.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import { type CleanChannel, cleanChannels, cleanColumns } from "../signals/data/clean-channels.ts";
import { convertUnitsOfRows, decideUnitsToConvert } from "../signals/data/convert-units.ts";
import { findSensors } from "../signals/data/find-sensors.ts";
import type { OpenedRecordings } from "../signals/data/open-recordings.ts";
import type { QualityReport } from "../signals/data/quality-report.ts";
import { piecesOfRecordings } from "../signals/data/recordings.ts";
import { refuseAbsurdValues } from "../signals/data/refuse-absurd-values.ts";
import { refuseMixedSensors } from "../signals/data/refuse-mixed-sensors.ts";
import { refuseRotationUnits } from "../signals/data/refuse-rotation-units.ts";
import { refuseUnitsWithinPeople } from "../signals/data/refuse-units-within-people.ts";
import type { StoredRows } from "../signals/data/stored-rows.ts";
import { parseUnitChoice } from "../signals/data/unit-choice.ts";
import { type TableColumn, TableWriter } from "../signals/files/write-table.ts";
import { impossiblePeopleOfRows } from "./impossible-people.ts";
import { openForTrainingLabelledOrNot } from "./open-for-training.ts";
import { checkOutFile } from "./out-file.ts";
import { refuseOverwritingInput } from "./refuse-overwriting-input.ts";

export type { CleanChannel };

/** The result of `convert`. */
export interface ConvertResult {
  /** Path of the table that was written. */
  out: string;
  /** Number of rows in the table; `quality` shows how many rows were left out, and why. */
  rows: number;
  /** Columns of the table, in order. */
  columns: string[];
  /** The source of each channel, and its conversion. */
  channels: CleanChannel[];
  /** Quality of the recordings before conversion. */
  quality: QualityReport;
  /** Columns in the files that are not in the table. */
  unusedColumns: string[];
  /** Warnings. */
  warnings: string[];
  /** Duration in seconds. */
  seconds: number;
}

/**
 * Reads recordings as `train` would, and writes one table: user, activity (if there are labels), recording, timestamp_s, and
 * the channels, in m/s^2 and rad/s if their unit is stated. Reading this table produces the same windows as reading the
 * recordings. Rows without a label are included.
 *
 * @throws UserError if an option is wrong, the files cannot be read, or the units of a sensor are mixed and not converted
 * @throws DataFault if the content of the files is faulty
 */
export async function convert(
  options: ConvertOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<ConvertResult> {
  const started = performance.now();
  const config = resolveConvertConfig(options);
  refuseOverwritingInput(config.out, config.files);
  await checkOutFile(config.out, config);
  const reporter = collectingReporter(reporterOf(run.reporter));
  const opened = await openForTrainingLabelledOrNot(config, reporter);
  try {
    const { rows, quality } = opened;
    refuseOverwritingInput(config.out, opened.files);
    for (const warning of quality.warnings) reporter.warn(warning);
    await refuseAbsurdValues(rows.channels, (c) => rows.column(c), opened.files);
    const { converted, channels } = decideChannelsToConvert(opened, config, reporter);
    const columns = await writeConvertedTable(converted, opened.columns, channels, config.out);
    return {
      out: config.out,
      rows: rows.rows,
      columns,
      channels,
      quality,
      unusedColumns: [...opened.unusedColumns],
      warnings: [...reporter.warnings],
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    opened.rows.close();
  }
}

function decideChannelsToConvert(
  { rows }: OpenedRecordings,
  { sensor = [], units }: Pick<ConvertConfig, "sensor" | "units">,
  reporter: Pick<Reporter, "warn">,
): { converted: StoredRows; channels: CleanChannel[] } {
  const found = findSensors(rows, sensor);
  const choice = parseUnitChoice(units);
  refuseUnitsWithinPeople(rows, found.sensors);
  refuseRotationUnits(rows, found.sensors);
  refuseMixedSensors(found.mixed, choice.mode === "auto");
  for (const warning of found.warnings) reporter.warn(warning);
  const decided = decideUnitsToConvert(rows.channels, found, { sensor, units: choice });
  for (const warning of decided.warnings) reporter.warn(warning);
  const converted = convertUnitsOfRows(rows, decided.conversions);
  for (const warning of impossiblePeopleOfRows(converted, decided.sensors)) reporter.warn(warning);
  return {
    converted,
    channels: cleanChannels(rows.channels, found.sensors, decided),
  };
}

/** Writes one recording after another. @returns the column names */
async function writeConvertedTable(
  rows: StoredRows,
  columns: OpenedRecordings["columns"],
  channels: readonly CleanChannel[],
  out: string,
): Promise<string[]> {
  const [user, activity, recording, time] = cleanColumns;
  const texts = columns.label === null ? [user, recording] : [user, activity, recording];
  const declared: Omit<TableColumn, "values">[] = [
    ...texts.map((name) => ({ name, type: "string" as const })),
    { name: time, type: "double" },
    ...channels.map(({ to }) => ({ name: to, type: "float" as const })),
  ];
  const writer = await TableWriter.open(out, declared);
  try {
    for (const stretch of rows.stretches()) {
      const text = { user: stretch.user, activity: stretch.label, recording: stretch.recording };
      for (const { from, to } of piecesOfRecordings(stretch.start, stretch.end)) {
        const repeated = (value: string | null): (string | null)[] => new Array<string | null>(to - from).fill(value);
        await writer.append([
          ...texts.map((name): TableColumn => ({ name, type: "string", values: repeated(text[name]) })),
          { name: time, type: "double", values: rows.time(from, to) },
          ...channels.map(
            ({ to: name }, c): TableColumn => ({ name, type: "float", values: rows.values(c, from, to) }),
          ),
        ]);
      }
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
  return declared.map(({ name }) => name);
}
