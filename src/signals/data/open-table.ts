// Turns a table with known column roles into checked recordings, whether its rows come from files or from memory.

import { counted } from "../../counted.ts";
import { DataFault, type OnFault, throwDataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import type { collectingReporter } from "../../reporter.ts";
import { shellCommand } from "../../shell-words.ts";
import { isDateName } from "../files/date-and-time.ts";
import { usualTimeColumns } from "../files/usual-column-names.ts";
import { alternatingRowsWarnings } from "./alternating-rows.ts";
import type { ColumnRoles, ResolvedColumns } from "./column-roles.ts";
import {
  type CopiedContent,
  describeCopiedContent,
  describeRepeatedContent,
  findCopiedContent,
} from "./copied-content.ts";
import { describeQuality } from "./describe-quality.ts";
import { fingerprint } from "./fingerprint.ts";
import { groupFileWarnings } from "./group-file-warnings.ts";
import type { LabelledFromFiles } from "./label-from-files.ts";
import { warnOfClassesWithoutActivity, warnOfLabelMap } from "./label-map.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { peopleInPathsWarning } from "./people-in-paths.ts";
import type { QualityReport } from "./quality-report.ts";
import type { Stretch } from "./recordings.ts";
import { refuseMixedTimeUnits } from "./refuse-mixed-time-units.ts";
import { refuseReservedTexts } from "./reserved-names.ts";
import type { RowTable } from "./row-chunks.ts";
import { RowClocks } from "./row-clock.ts";
import type { RowStore } from "./row-store.ts";
import { refuseEmptySplitSide } from "./rows-of-split-side.ts";
import { RowSelector, unknownUser } from "./select-rows.ts";
import type { SelectedRows } from "./selected-rows.ts";
import { shuffledRowsWarnings } from "./shuffled-rows.ts";
import { simultaneousRecordingsWarnings } from "./simultaneous-recordings.ts";
import { sinceEpoch } from "./since-epoch.ts";
import { warnOfSpellings } from "./spellings.ts";
import { spreadTimes } from "./spread-times.ts";
import { StoredRows } from "./stored-rows.ts";

export interface OpenTableOptions {
  /** Columns by role; for roles that are not given, columns are found by their usual names. */
  readonly columns?: ColumnOptions;
  /** Whether to reject recordings without a label column or with a single class, and to drop rows without a label. */
  readonly requireLabels: boolean;
  /** Rate in Hz. Takes the place of a missing time column, and helps to infer an unknown time unit. */
  readonly nominalRateHz?: number;
  /** Rate in Hz used only to infer an unknown time unit if there is no nominal rate. */
  readonly likelyRateHz?: number;
  /**
   * Called for faults that do not stop reading, so that more faults can still be found. After such a fault, the rows must not
   * be used. Default: throws a DataFault.
   */
  readonly onFault?: OnFault;
  /** Maximum number of rows; if there are more, reading fails with `TooManyRows`. Default: unlimited. */
  readonly maxRows?: number;
}

/** A table with known column roles, and its origin. */
export interface OpenableTable {
  readonly table: RowTable;
  /** Paths as given by the user. */
  readonly files: readonly string[];
  /** Paths of all tables read, including those in archives. */
  readonly read: readonly string[];
  /** Names of the tables; joined files count as one table. */
  readonly tables: readonly string[];
  /** @throws UserError if another column contradicts the inferred clock */
  readonly checkClocks: (clocks: RowClocks) => Promise<void>;
  /** See `RowSelector.finish`. */
  readonly restart: (table: number) => Promise<string | undefined>;
  /** Assigns labels from separate files. */
  readonly label?: (rows: StoredRows, clocks: RowClocks) => Promise<LabelledFromFiles>;
}

/** Thrown if the recordings have more rows than the caller allows. */
export class TooManyRows extends UserError {
  override readonly name: string = "TooManyRows";
}

/** Open recordings. Callers must close them. */
export interface OpenedRecordings {
  readonly rows: StoredRows;
  /** Paths as given by the user, with globs expanded. */
  readonly files: readonly string[];
  /** "sha256:..." hash of the content, independent of the file format. */
  readonly fingerprint: string;
  readonly columns: ResolvedColumns;
  /** Columns without a role, which were not read. */
  readonly unusedColumns: readonly string[];
  readonly quality: QualityReport;
  /**
   * The class of each label listed by `--map` or `--exclude` or, if neither is given, in the model's training; null if the
   * label is left out. Undefined if no label is listed.
   */
  readonly labelMap: Readonly<Record<string, string | null>> | undefined;
  /**
   * Pairs of people with equal or altered values, which are also mentioned in `quality.warnings`. Empty if labels are not
   * required, because no search for copies is made in that case.
   */
  readonly copies: readonly CopiedContent[];
}

/** Reads, checks and describes the rows of a table. @throws UserError, or DataFault if the content is faulty */
export async function openTable(
  { table, files, read, tables: fileNames, checkClocks, restart, label: labelFromFiles }: OpenableTable,
  openStore: (channels: number) => RowStore,
  options: OpenTableOptions,
  { warnings, warn }: ReturnType<typeof collectingReporter>,
): Promise<OpenedRecordings> {
  const { requireLabels, onFault = throwDataFault } = options;
  const labelFile = options.columns?.labels;
  const { roles, unusedColumns, keys } = table;
  const { timeUnit, timeZone } = options.columns ?? {};
  const { nominalRateHz, likelyRateHz } = options;
  const clocks = new RowClocks(table, fileNames, { nominalRateHz, likelyRateHz, timeUnit, timeZone }, warn);
  if (roles.group === null) warn(`No person column was found, so all rows count as one person, "${unknownUser}".`);
  const store = openStore(roles.channels.length);
  const selector = new RowSelector(table, fileNames, requireLabels && labelFile === undefined, store);
  await selectAllRows(selector, clocks, fileNames[0]!, options.maxRows);
  refuseReservedTexts(keys, roles, fileNames);
  await checkClocks(clocks);
  const picked = await selector.finish(onFault, restart, !clocks.isContinued);
  const { split, side = "train" } = options.columns ?? {};
  if (picked.read === 0 && split !== undefined) refuseEmptySplitSide(fileNames, split, side);
  if (picked.padding > 0)
    warn(`Rows that contain neither a time nor a value are left out (${counted(picked.padding, "row")}).`);
  if (picked.repeatedTimes !== undefined) warn(picked.repeatedTimes);
  if (picked.kept === 0) throw noUsableRowsFault(fileNames[0]!, picked, roles);
  const asRead = new StoredRows([...roles.channels], store, picked.recordings);
  const times =
    roles.time === null
      ? new Map<number, Float64Array>()
      : spreadTimes(asRead, ({ repeats }) => repeats, { nominalRateHz, warn, onFault });
  const timed = times.size === 0 ? asRead : new StoredRows([...roles.channels], store, picked.recordings, times);
  warnOfUnusedTimes(timed, { time: roles.time, unusedColumns, isCoarse: times.size > 0 }, options.columns?.time, warn);
  if (roles.time !== null && clocks.timeUnit !== "timestamp") refuseMixedTimeUnits(timed, roles.time, onFault);
  const labelled = await labelFromFiles?.(timed, clocks);
  const rows = labelled?.rows ?? timed;
  const label = labelled?.column ?? roles.label;
  if (label !== null) warnOfLabelMap(table.labels, warn);
  warnOfSpellings(table.spellings, { ...roles, label }, warn);
  const selected = labelled?.selected(picked) ?? picked;
  if (requireLabels) {
    refuseToOpenTableOfOneClass(rows.stretches(), { ...roles, label });
    warnOfClassesWithoutActivity(
      rows.recordings.flatMap(({ labels }) => labels.map((own) => own.label)),
      warn,
    );
  }
  const columns: ResolvedColumns = { ...roles, label, timeUnit: clocks.timeUnit };
  const fileRows = fileNames.map((file, f) => ({ file, rows: table.fileRows[f]! }));
  const { copies, repeated } = requireLabels ? findCopiedContent(rows) : { copies: [], repeated: [] };
  for (const copy of copies) warn(describeCopiedContent(copy));
  if (repeated.length > 0) warn(describeRepeatedContent(repeated));
  for (const warning of alternatingRowsWarnings(rows, onFault)) warn(warning);
  for (const warning of shuffledRowsWarnings(rows)) warn(warning);
  if (roles.group !== null && copies.length + repeated.length === 0)
    for (const warning of simultaneousRecordingsWarnings(rows)) warn(warning);
  warnOfPeopleInPaths(rows, roles.group, fileNames, options.columns, warn);
  const quality = describeQuality({
    rows,
    columns,
    selected,
    fileRows,
    warnings: groupFileWarnings(warnings, [...read, ...fileNames]),
  });
  return {
    rows,
    files,
    fingerprint: fingerprint(rows),
    columns,
    unusedColumns,
    quality,
    labelMap: table.labels.entries(),
    copies,
  };
}

/** @throws TooManyRows if there are more than `maxRows` rows */
async function selectAllRows(
  selector: RowSelector,
  clocks: RowClocks,
  file: string,
  maxRows: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  let rowsRead = 0;
  for await (const { chunk, seconds, repeats } of clocks.chunks()) {
    rowsRead += seconds.length;
    if (rowsRead > maxRows) {
      throw new TooManyRows(`${file}: expected at most ${maxRows.toLocaleString("en")} rows, found more`, {
        advice: "Send shorter batches, each under its own id.",
      });
    }
    selector.add(chunk, seconds, repeats);
  }
}

function noUsableRowsFault(file: string, picked: SelectedRows, roles: ColumnRoles): DataFault {
  return new DataFault({
    code: "too_short",
    message: `${file}: none of ${counted(picked.read, "row")} can be used: ${describeDroppedOnOpening(picked)}.`,
    advice: adviceOnEmptyTable(picked, roles),
    file,
    expected: "rows with a person, a time and values",
    found: describeDroppedOnOpening(picked),
  });
}

/** Warns of an unused column that may be a finer clock than the time column, or hold the dates of its times. */
function warnOfUnusedTimes(
  rows: StoredRows,
  {
    time,
    unusedColumns,
    isCoarse,
  }: { readonly time: string | null; readonly unusedColumns: readonly string[]; readonly isCoarse: boolean },
  given: string | undefined,
  warn: (message: string) => void,
): void {
  const [finer] = usualTimeColumns(unusedColumns);
  if (isCoarse && finer !== undefined && given === undefined)
    warn(`Column "${finer}" may be a finer clock than "${time}". To use it, add ${shellCommand("--time", finer)}`);
  const date = unusedColumns.find((name) => isDateName(name) && /date|datum|fecha/i.test(name));
  if (date !== undefined && time !== null && rows.time(0, 1)[0]! < sinceEpoch.from)
    warn(
      `Column "${time}" has no date, and column "${date}" is not combined with it, because its values are not dates, or the times are not times of day. The times count from an unknown zero.`,
    );
}

/** Warns if the person column, which the user did not specify, holds only one person, while the paths name several. */
function warnOfPeopleInPaths(
  { recordings }: StoredRows,
  group: string | null,
  paths: readonly string[],
  given: ColumnOptions | undefined,
  warn: (message: string) => void,
): void {
  if (group === null || given?.group !== undefined || given?.groupFromPath !== undefined) return;
  const person = recordings[0]!.user;
  if (!recordings.every(({ user }) => user === person)) return;
  const warning = peopleInPathsWarning(group, person, paths);
  if (warning !== undefined) warn(warning);
}

/** Minimum number of different decimal numbers for a label column to hold measurements rather than labels. */
const fewestMeasurements = 50;

function refuseToOpenTableOfOneClass(stretches: Iterable<Stretch>, roles: ColumnRoles): void {
  const classes = new Set<string | null>();
  const decimals = new Set<string>();
  for (const { label } of stretches) {
    classes.add(label);
    if (label !== null && /^[+-]?\d*\.\d*[1-9]\d*$/.test(label)) decimals.add(label);
    else if (classes.size >= 2) return;
    if (decimals.size < fewestMeasurements) continue;
    throw new UserError(
      `Column "${roles.label}": expected labels, found at least ${fewestMeasurements} different numbers, such as ${[...decimals][0]}, which look like measurements.`,
      { advice: "Specify the column with the activity of each row with --label." },
    );
  }
  if (classes.size >= 2) return;
  throw new UserError(
    `Column "${roles.label}": expected at least two classes, found only "${[...classes][0]}" in all rows.`,
    { advice: "Add recordings of another activity, or specify another column with --label." },
  );
}

function describeDroppedOnOpening(selected: SelectedRows): string {
  const reasons = Object.entries(selected.dropped).filter(([, rows]) => rows > 0);
  return reasons
    .map(([reason, rows]) => `${rows.toLocaleString("en")} dropped for ${reason.replaceAll("_", " ")}`)
    .join(", ");
}

function adviceOnEmptyTable({ missing, infinite, read }: SelectedRows, { channels, time }: ColumnRoles): string {
  const empty = [...channels, time ?? "time"].filter((_, c) => missing[c]! + infinite[c]! === read);
  return empty.length === 0
    ? "Check the columns named by --label, --group, --recording and --time."
    : `No row has a value in ${listedColumns(empty)}. Repair the export, or specify other columns with --channels and --time.`;
}
