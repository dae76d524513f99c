// From files to checked recordings. CSV and TSV (also gzipped) and Parquet are read through DuckDB, chunk by chunk into
// typed arrays; rows that cannot be used are counted and left out; what would make every later number doubtful is refused.

import { UserError } from "../errors.ts";
import { type Logger, silentLogger } from "../log.ts";
import type { ColumnOptions, ResolvedColumns } from "./column-roles.ts";
import { DataFault, type OnFault, throwFault } from "./data-fault.ts";
import { describeQuality } from "./describe-quality.ts";
import { openDatabase } from "./duckdb.ts";
import { findFiles } from "./find-files.ts";
import { fingerprint } from "./fingerprint.ts";
import type { QualityReport } from "./quality.ts";
import type { RawTable } from "./raw-table.ts";
import { type ColumnRoles, readTable } from "./read-table.ts";
import type { Recordings, Stretch } from "./recordings.ts";
import { refuseReservedTexts } from "./reserved-names.ts";
import { describeSampling, type Sampling } from "./sampling.ts";
import { type SelectedRows, selectRows, unknownUser } from "./select-rows.ts";
import { detectTimeUnit, unitsPerSecond } from "./time-unit.ts";

export interface ReadRecordingsOptions {
  /** Columns by role; those not given are found by their usual names. */
  readonly columns?: ColumnOptions;
  /** Refuse recordings without a label column or with a single class, and drop rows without a label. */
  readonly requireLabels: boolean;
  /** Refuse recordings without a person column; as `requireLabels` when not given. */
  readonly requirePeople?: boolean;
  /** Hz; the clock where there is no time column, and a hint where the unit of time is not said. */
  readonly nominalRateHz?: number;
  readonly logger?: Logger;
  /**
   * Told of faults in the data after which reading can go on, to find the others; what is read then is of no other use.
   * Throws a DataFault when not given.
   */
  readonly onFault?: OnFault;
}

export interface ReadRecordings {
  readonly recordings: Recordings;
  readonly columns: ResolvedColumns;
  readonly quality: QualityReport;
}

/**
 * Reads, checks and describes recordings. Values keep the units of the file, times become seconds.
 *
 * Recordings whose rows are interleaved are put together, in order of first appearance. A stretch ends where the person,
 * recording or label changes, and at a gap: a step longer than 3 median steps of the recording and than 0.1 s.
 * @param files paths, globs and URLs of tables with equal columns
 * @throws UserError for everything that is wrong with the files, by file, row and column; DataFault where they could be
 *   read as tables and what they hold is at fault
 */
export async function readRecordings(
  files: readonly string[],
  options: ReadRecordingsOptions,
): Promise<ReadRecordings> {
  const logger = options.logger ?? silentLogger;
  const onFault = options.onFault ?? throwFault;
  const database = await openDatabase();
  try {
    const sources = await findFiles(database, files, logger.info);
    const fileNames = sources.map((source) => source.path);
    const { table, roles, timeType } = await readTable(
      database,
      sources,
      options.columns ?? {},
      { label: options.requireLabels, group: options.requirePeople ?? options.requireLabels },
      onFault,
    );
    refuseReservedTexts(table.keys, roles, fileNames);
    const warnings = (options.columns?.pathColumns ?? []).map(
      (name) => `Column "${name}" is taken from the names of folders (${name}=...), not from the files.`,
    );
    const { time, timeUnit } = timeInSeconds(table, roles, timeType, options.nominalRateHz, warnings);
    if (roles.group === null)
      warnings.push(`No person column was found: all rows count as one person, "${unknownUser}".`);
    const selected = selectRows(table, time, roles, fileNames, options.requireLabels, onFault);
    if (selected.order.length === 0) {
      throw new DataFault({
        code: "too_short",
        message: `${fileNames[0]}: no row is left of ${table.rows}: ${reasons(selected)}.`,
        advice: "Check the columns named by --label, --group, --recording and --time.",
        file: fileNames[0]!,
        expected: "rows with a person, a time and values",
        found: reasons(selected),
      });
    }
    const sampling: Sampling[] = [];
    const read = gather(table, time, roles, selected, sampling, fileNames);
    if (options.requireLabels) refuseOneClass(read.stretches, roles);
    const columns: ResolvedColumns = { ...roles, timeUnit };
    const fileRows = fileNames.map((file, f) => ({ file, rows: table.fileStarts[f + 1]! - table.fileStarts[f]! }));
    const quality = describeQuality({ recordings: read, columns, selected, sampling, fileRows, warnings });
    for (const warning of quality.warnings) logger.warn(warning);
    return { recordings: { ...read, fingerprint: fingerprint(read) }, columns, quality };
  } finally {
    database.close();
  }
}

function timeInSeconds(
  table: RawTable,
  roles: ColumnRoles,
  timeType: string | null,
  nominalRateHz: number | undefined,
  warnings: string[],
): { time: Float64Array; timeUnit: ResolvedColumns["timeUnit"] } {
  if (table.time === undefined || roles.time === null || timeType === null) {
    if (nominalRateHz === undefined) {
      throw new UserError("No time column was found, and no sampling rate was given to count time by.", {
        advice: "Name the column with --time, or say the rate of the recordings with --rate.",
      });
    }
    warnings.push(`No time column was found: rows are taken as ${nominalRateHz} a second, without gaps.`);
    return { time: countedTime(table, nominalRateHz), timeUnit: "index" };
  }
  const { unit, because } = detectTimeUnit(roles.time, timeType, table, nominalRateHz);
  if (unit === "index") {
    const rateHz = nominalRateHz!;
    warnings.push(
      `Column "${roles.time}" goes up by 1 from row to row: it is taken to count samples, ${rateHz} a second. If it is a time, rename it by its unit (time_s, time_ms, ...).`,
    );
    return { time: table.time.map((sample) => sample / rateHz), timeUnit: unit };
  }
  if (because === "steps" && unit !== "s") {
    warnings.push(
      `Column "${roles.time}" does not say its unit; judging by its steps it is in ${unit}. Rename it (time_s, time_ms, ...) if not.`,
    );
  }
  const perSecond = unitsPerSecond[unit];
  const time = perSecond === 1 ? table.time : table.time.map((value) => value / perSecond);
  return { time, timeUnit: unit };
}

/** Row number within the recording over the rate; rows that will be dropped count, so that they leave a hole. */
function countedTime(table: RawTable, rateHz: number): Float64Array {
  const time = new Float64Array(table.rows);
  const next = new Map<string, number>();
  const recordingOfKey = table.keys.map((key) => `${key.user}\x1f${key.recording ?? key.file}`);
  for (let i = 0; i < table.rows; i++) {
    const recording = recordingOfKey[table.keyOfRow[i]!]!;
    const row = next.get(recording) ?? 0;
    time[i] = row / rateHz;
    next.set(recording, row + 1);
  }
  return time;
}

/** The kept rows as columns, and the stretches they form; pushes each recording's sampling. */
function gather(
  table: RawTable,
  allTime: Float64Array,
  roles: ColumnRoles,
  { order, recordings }: SelectedRows,
  sampling: Sampling[],
  files: readonly string[],
): Omit<Recordings, "fingerprint"> {
  const time = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) time[i] = allTime[order[i]!]!;
  const values = table.channels.map((column) => {
    const kept = new Float32Array(order.length);
    for (let i = 0; i < order.length; i++) kept[i] = column[order[i]!]!;
    return kept;
  });
  const stretches: Stretch[] = [];
  for (const { user, recording, start, end } of recordings) {
    const described = describeSampling(time, start, end);
    sampling.push(described);
    const gaps = new Set(described.gapRows);
    const labelOf = (row: number): string | null => table.keys[table.keyOfRow[order[row]!]!]!.label;
    let first = start;
    for (let row = start + 1; row <= end; row++) {
      if (row < end && !gaps.has(row) && labelOf(row) === labelOf(first)) continue;
      stretches.push({ user, recording, label: labelOf(first), start: first, end: row });
      first = row;
    }
  }
  return { channels: [...roles.channels], values, time, stretches, files: [...files] };
}

function refuseOneClass(stretches: readonly Stretch[], roles: ColumnRoles): void {
  const classes = new Set(stretches.map((stretch) => stretch.label));
  if (classes.size >= 2) return;
  throw new UserError(
    `Column "${roles.label}": expected at least two classes, found only "${[...classes][0]}" in all rows.`,
    { advice: "Add recordings of another activity, or name another column with --label." },
  );
}

function reasons(selected: SelectedRows): string {
  const counted = Object.entries(selected.dropped).filter(([, rows]) => rows > 0);
  return counted.map(([reason, rows]) => `${rows} dropped for ${reason.replaceAll("_", " ")}`).join(", ");
}
