// `tidemark convert`: reads recordings as `train` would, and writes them as one clean table, in SI units.

import { type ConvertConfig, type ConvertOptions, resolveConvertConfig } from "../config.ts";
import { checkOutFile } from "../out-file.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import { shellCommand } from "../shell-words.ts";
import { refuseAbsurdValues } from "../signals/data/absurd-values.ts";
import { type CleanChannel, cleanChannels, cleanColumns } from "../signals/data/clean-channels.ts";
import { namedColumnRoles } from "../signals/data/column-roles.ts";
import { findSensors } from "../signals/data/find-sensors.ts";
import { type OpenedRecordings, openRecordings } from "../signals/data/open-recordings.ts";
import type { QualityReport } from "../signals/data/quality-report.ts";
import { recordingPieces } from "../signals/data/recordings.ts";
import { refuseMixedSensors } from "../signals/data/refuse-mixed-sensors.ts";
import { type TableColumn, TableWriter } from "../signals/data/write-table.ts";
import { refuseOverwritingInput } from "./refuse-overwriting-input.ts";

export type { CleanChannel };

/** The result of `convert`. */
export interface ConvertResult {
  /** Path of the table. */
  out: string;
  /** Number of rows in the table; `quality` says how many were left out, and why. */
  rows: number;
  /** Columns of the table, in order. */
  columns: string[];
  /** Where each channel comes from, and how it was converted. */
  channels: CleanChannel[];
  /** Quality of the recordings as they were read. */
  quality: QualityReport;
  /** Columns of the files that are not in the table. */
  unusedColumns: string[];
  /** Warnings. */
  warnings: string[];
  /** Duration in seconds. */
  seconds: number;
}

/**
 * Reads recordings as `train` would, and writes one table: user, activity (if there are labels), recording, timestamp_s, and the
 * channels, in m/s^2 and rad/s where their unit is stated. Reading that table gives the same windows. Rows without a label are
 * kept.
 *
 * @throws UserError if an option is wrong, the files cannot be read, or an accelerometer's unit differs between people
 * @throws DataFault if there is a fault in the content of the files
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
  const opened = await openRecordings(config.files, {
    columns: namedColumnRoles(config),
    requireLabels: false,
    labelColumn: "if found",
    nominalRateHz: config.rate,
    reporter,
  });
  try {
    const { rows, quality } = opened;
    refuseOverwritingInput(config.out, opened.files);
    for (const warning of quality.warnings) reporter.warn(warning);
    await refuseAbsurdValues(rows.channels, (c) => rows.column(c), opened.files);
    const channels = decideCleanChannels(opened, config, reporter);
    const columns = await writeCleanTable(opened, channels, config.out);
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

function decideCleanChannels(
  { rows }: OpenedRecordings,
  { sensor = [], units }: Pick<ConvertConfig, "sensor" | "units">,
  reporter: Pick<Reporter, "warn">,
): CleanChannel[] {
  const { sensors, warnings, mixed } = findSensors(rows, sensor);
  refuseMixedSensors(mixed);
  for (const warning of warnings) reporter.warn(warning);
  const channels = cleanChannels(rows.channels, sensors, { sensor, byValues: units === "auto" });
  const wanted = ["m/s^2", "rad/s"];
  for (const { name, kind, channels: axes, unit } of sensors) {
    const isUnconverted = channels.some(({ from, factor }) => factor === 1 && axes.includes(from));
    if (unit === null || kind === "magnetometer" || wanted.includes(unit) || !isUnconverted) continue;
    const units = shellCommand("--units", "auto");
    reporter.warn(
      `Sensor ${name} (${axes.join(", ")}) seems to be in ${unit}, but only its values show this, so it was not converted. To convert it, add ${units}`,
    );
  }
  return channels;
}

/** Writes recording by recording. @returns the names of the columns */
async function writeCleanTable(
  { rows, columns }: OpenedRecordings,
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
      for (const { from, to } of recordingPieces(stretch.start, stretch.end)) {
        const repeated = (value: string | null): (string | null)[] => new Array<string | null>(to - from).fill(value);
        await writer.append([
          ...texts.map((name): TableColumn => ({ name, type: "string", values: repeated(text[name]) })),
          { name: time, type: "double", values: rows.time(from, to) },
          ...channels.map(({ to: name, factor }, c): TableColumn => {
            const values = rows.values(c, from, to);
            return { name, type: "float", values: factor === 1 ? values : values.map((value) => value * factor) };
          }),
        ]);
      }
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
  return declared.map(({ name }) => name);
}
