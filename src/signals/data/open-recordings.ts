// Turns files into checked recordings of any length. CSV, TSV (both also gzipped) and Parquet are read through DuckDB, chunk
// by chunk. Unusable rows are counted and dropped. Data that would make all later results unreliable is rejected.

import { counted } from "../../counted.ts";
import { DataFault, type OnFault, throwDataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { collectingReporter, type Reporter, silent } from "../../reporter.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, openDuckdb } from "../files/duckdb.ts";
import { findFiles } from "../files/find-files.ts";
import type { Float32Batch } from "../files/float32-batch.ts";
import { readableFiles } from "../files/readable-files.ts";
import { type ScratchFolder, scratchFolder } from "../files/scratch-folder.ts";
import { readTableSchema } from "../files/table-schema.ts";
import { usualTimeColumns } from "../files/usual-column-names.ts";
import { alternatingRowsWarnings } from "./alternating-rows.ts";
import type { ColumnRoles, ResolvedColumns } from "./column-roles.ts";
import { type CopiedContent, CopiedContentFinder, describeCopiedContent } from "./copied-content.ts";
import { describeQuality } from "./describe-quality.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LabellingOptions, labelRecordings } from "./label-recordings.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { numberTable } from "./number-table.ts";
import type { QualityReport } from "./quality-report.ts";
import { readLabelFiles } from "./read-label-file.ts";
import type { Stretch } from "./recordings.ts";
import { refuseOtherPace } from "./refuse-other-pace.ts";
import { refuseReservedTexts } from "./reserved-names.ts";
import { restartColumn } from "./restart-column.ts";
import { openRowChunks, type Table } from "./row-chunks.ts";
import { RowClocks } from "./row-clock.ts";
import { RowStore } from "./row-store.ts";
import { refuseEmptySplitSide } from "./rows-of-split-side.ts";
import { RowSelector, type SelectedRows, unknownUser } from "./select-rows.ts";
import { tablesOfSensorFiles } from "./sensor-files.ts";
import { spreadTimes } from "./spread-times.ts";
import { StoredRows } from "./stored-rows.ts";

export interface ReadRecordingsOptions {
  /** Columns by role; for roles that are not given, columns are found by their usual names. */
  readonly columns?: ColumnOptions;
  /** Whether to reject recordings without a label column or with a single class, and to drop rows without a label. */
  readonly requireLabels: boolean;
  /** Whether a label column is required, or read if it has a usual name. Default: `requireLabels`. */
  readonly labelColumn?: boolean | "if found";
  /** Whether to reject recordings without a person column. Default: `requireLabels`. */
  readonly requirePeople?: boolean;
  /** Names of known people and classes; any other spelling of a name is read as that name. */
  readonly known?: KnownNames;
  /** Rate in Hz. It replaces a missing time column, and helps to find an unknown unit of time. */
  readonly nominalRateHz?: number;
  /** Rate in Hz that only helps to find an unknown unit of time, if there is no nominal rate. */
  readonly likelyRateHz?: number;
  /** Notified before a DuckDB extension is downloaded; all other warnings are in `quality.warnings`. */
  readonly reporter?: Reporter;
  /**
   * Called for faults after which reading can continue in order to find further faults. The rows must not be used after such
   * a call. Default: throws a DataFault.
   */
  readonly onFault?: OnFault;
  /** See `findFiles`. */
  readonly stored?: ReadonlyMap<string, string>;
  /** The rows themselves, instead of a file that has to be parsed; see `isNumberTable`. The one file only gives them a name. */
  readonly numbers?: Float32Batch;
  /** Maximum number of rows; reading stops above it. Default: unlimited. */
  readonly maxRows?: number;
  /** Maximum bytes of rows in memory; above it, rows are moved to a temporary file. Default: 128 MiB. */
  readonly memoryBytes?: number;
}

/**
 * Recordings without times are read only at the rate that the user states. The model's rate is only a guess: its network may
 * have learned from resampled recordings.
 */
export function rateOfOpenedRecordings(
  { rate }: { readonly rate?: number },
  model: { readonly rate: number },
): Pick<ReadRecordingsOptions, "nominalRateHz" | "likelyRateHz"> {
  return { ...(rate !== undefined && { nominalRateHz: rate }), likelyRateHz: model.rate };
}

/** The recordings have more rows than the caller accepts. */
export class TooManyRows extends UserError {
  override readonly name: string = "TooManyRows";

  constructor(file: string, maxRows: number) {
    super(`${file}: expected at most ${maxRows.toLocaleString("en")} rows, found more`, {
      advice: "Send shorter batches, each under its own id.",
    });
  }
}

export interface KnownNames {
  readonly people: readonly string[];
  readonly classes: readonly string[];
}

/** Open recordings. Callers must close them. */
export interface OpenedRecordings {
  readonly rows: StoredRows;
  /** Paths as the user named them, with globs expanded. */
  readonly files: readonly string[];
  /** "sha256:..." hash of the content, independent of the file format. */
  readonly fingerprint: string;
  readonly columns: ResolvedColumns;
  /** Columns without a role; they were not read. */
  readonly unusedColumns: readonly string[];
  readonly quality: QualityReport;
  /** The class of each label that `--map` or `--exclude` lists, null if it is left out; undefined if none is listed. */
  readonly labelMap: Readonly<Record<string, string | null>> | undefined;
  /** People with equal values; each pair is in `quality.warnings`, too. Not searched for if labels are not required. */
  readonly copies: readonly CopiedContent[];
}

/**
 * Reads, checks and describes recordings without holding them in memory. Values keep the units of the file; times are
 * converted to seconds.
 *
 * Interleaved recordings are separated, in order of first appearance. A stretch ends where the person, recording or label
 * changes, and at a gap, which is a step longer than both 0.1 s and three times the median step of the recording.
 * @param files paths, globs and URLs of tables with the same columns
 * @throws UserError if there is a fault in the files; the message names the file, row and column
 * @throws DataFault if the files can be read as tables, but there is a fault in their content
 */
export async function openRecordings(
  files: readonly string[],
  options: ReadRecordingsOptions,
): Promise<OpenedRecordings> {
  const stores: RowStore[] = [];
  try {
    const open = (channels: number): RowStore => {
      const { memoryBytes } = options;
      stores.push(new RowStore(channels, memoryBytes === undefined ? {} : { memoryBytes }));
      return stores.at(-1)!;
    };
    return options.numbers === undefined
      ? await openRecordingFiles(open, files, options)
      : await openRecordingNumbers(open, files[0]!, options.numbers, options);
  } catch (error) {
    for (const store of stores) store.close();
    throw error;
  }
}

async function openRecordingFiles(
  openStore: (channels: number) => RowStore,
  files: readonly string[],
  options: ReadRecordingsOptions,
): Promise<OpenedRecordings> {
  const database = await openDuckdb();
  const scratch = scratchFolder();
  try {
    return await openRecordingsWith(database, openStore, files, options, scratch);
  } finally {
    database.close();
    scratch.remove();
  }
}

async function openRecordingNumbers(
  openStore: (channels: number) => RowStore,
  file: string,
  numbers: Float32Batch,
  options: ReadRecordingsOptions,
): Promise<OpenedRecordings> {
  const collecting = collectingReporter();
  const { onFault = throwDataFault, columns = {} } = options;
  const table = await numberTable(file, numbers, columns, onFault, collecting.warn);
  const nothing = async (): Promise<undefined> => undefined;
  const source = { table, files: [file], tables: [file], checkClocks: nothing, restart: nothing };
  return openRecordingTable(source, openStore, options, collecting);
}

/** A table whose columns have their roles. */
interface RecordingSource {
  readonly table: Table;
  /** Paths as the user named them. */
  readonly files: readonly string[];
  /** Names of the tables. */
  readonly tables: readonly string[];
  /** @throws UserError if another column contradicts the clock that was guessed */
  readonly checkClocks: (clocks: RowClocks) => Promise<void>;
  /** See `RowSelector.finish`. */
  readonly restart: (table: number) => Promise<string | undefined>;
  /** Takes labels from files of their own. */
  readonly label?: (rows: StoredRows, clocks: RowClocks) => Promise<LabelledFromFiles>;
}

async function openRecordingsWith(
  database: Database,
  openStore: (channels: number) => RowStore,
  files: readonly string[],
  options: ReadRecordingsOptions,
  scratch: ScratchFolder,
): Promise<OpenedRecordings> {
  const { requireLabels, requirePeople = requireLabels, reporter = silent, onFault = throwDataFault } = options;
  const labelFile = options.columns?.labels;
  const { labelColumn = requireLabels } = options;
  const found = await findFiles(database, files, reporter, options.stored);
  const collecting = collectingReporter();
  const { warn } = collecting;
  const readable = await readableFiles(database, found, {
    columns: options.columns?.columns,
    channels: options.columns?.channels ?? options.columns?.modelChannels,
    time: options.columns?.time,
    scratch,
    warn,
  });
  const sources = await tablesOfSensorFiles(
    readable,
    async (file) => (await readTableSchema(database, file)).names,
    warn,
  );
  const fileNames = sources.map((source) => source.path);
  for (const name of options.columns?.pathColumns ?? []) {
    warn(`Column "${name}" is taken from the names of folders (${name}=...), not from the files.`);
  }
  const table = await openRowChunks(
    database,
    sources,
    labelFile === undefined ? (options.columns ?? {}) : openWithoutLabelColumn(options.columns),
    { label: labelFile === undefined && labelColumn, group: requirePeople },
    { onFault, warn, known: options.known, scratch },
  );
  const { roles, unusedColumns } = table;
  const source: RecordingSource = {
    table,
    files: found.map(({ path }) => path),
    tables: fileNames,
    checkClocks: async ({ guessed }) => {
      for (const source of sources) {
        const unit = guessed.get(source.path);
        if (unit === undefined || source.parts !== undefined) continue;
        const schema = await readTableSchema(database, source);
        await refuseOtherPace(database, { file: source.path, schema, time: roles.time!, unit }, unusedColumns);
      }
    },
    restart: async (f) => {
      const source = sources[f]!;
      if (roles.time === null || source.parts !== undefined) return undefined;
      return restartColumn(database, await readTableSchema(database, source), roles.time, unusedColumns);
    },
    ...(labelFile !== undefined &&
      labelColumn !== false && {
        label: (timed, { timeUnit }) =>
          openLabelledFromFiles(timed, table, options, {
            database,
            scratch,
            timeUnit,
            labelledOnly: requireLabels ? openStore(roles.channels.length) : undefined,
            warn,
          }),
      }),
  };
  return openRecordingTable(source, openStore, options, collecting);
}

async function openRecordingTable(
  { table, files, tables: fileNames, checkClocks, restart, label: labelFromFiles }: RecordingSource,
  openStore: (channels: number) => RowStore,
  options: ReadRecordingsOptions,
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
  const { maxRows = Number.POSITIVE_INFINITY } = options;
  let rowsRead = 0;
  for await (const { chunk, seconds, repeats } of clocks.chunks()) {
    rowsRead += seconds.length;
    if (rowsRead > maxRows) throw new TooManyRows(fileNames[0]!, maxRows);
    selector.add(chunk, seconds, repeats);
  }
  refuseReservedTexts(keys, roles, fileNames);
  await checkClocks(clocks);
  const picked = await selector.finish(onFault, restart);
  const { split, side = "train" } = options.columns ?? {};
  if (picked.read === 0 && split !== undefined) refuseEmptySplitSide(fileNames, split, side);
  if (picked.padding > 0)
    warn(`Rows that contain neither a time nor a value are left out (${counted(picked.padding, "row")}).`);
  if (picked.kept === 0) {
    throw new DataFault({
      code: "too_short",
      message: `${fileNames[0]}: none of ${counted(picked.read, "row")} can be used: ${describeDroppedOnOpening(picked)}.`,
      advice: adviceOnOpeningNothing(picked, roles),
      file: fileNames[0]!,
      expected: "rows with a person, a time and values",
      found: describeDroppedOnOpening(picked),
    });
  }
  const asRead = new StoredRows([...roles.channels], store, picked.recordings);
  const times =
    roles.time === null
      ? new Map<number, Float64Array>()
      : spreadTimes(asRead, ({ repeats }) => repeats, { warn, onFault });
  const [finer] = usualTimeColumns(unusedColumns);
  if (times.size > 0 && finer !== undefined && options.columns?.time === undefined)
    warn(
      `Column "${finer}" may be a finer clock than "${roles.time}". To use it, add ${shellCommand("--time", finer)}`,
    );
  const timed = times.size === 0 ? asRead : new StoredRows([...roles.channels], store, picked.recordings, times);
  const labelled = await labelFromFiles?.(timed, clocks);
  const rows = labelled?.rows ?? timed;
  const label = labelled?.column ?? roles.label;
  if (label !== null) warnOnOpeningOfLabelMap(table.labels, warn);
  warnOnOpeningOfSpellings(table.spellings, { ...roles, label }, warn);
  const selected = labelled?.selected(picked) ?? picked;
  if (requireLabels) refuseSingleClassRecordings(rows.stretches(), { ...roles, label });
  const columns: ResolvedColumns = { ...roles, label, timeUnit: clocks.timeUnit };
  const fileRows = fileNames.map((file, f) => ({ file, rows: table.fileRows[f]! }));
  const copies = requireLabels ? copiesInOpenedRecordings(rows) : [];
  for (const copy of copies) warn(describeCopiedContent(copy));
  for (const warning of alternatingRowsWarnings(rows)) warn(warning);
  const quality = describeQuality({ rows, columns, selected, fileRows, warnings });
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

/**
 * If labels come from separate files, the recordings' own label column is not read, and --label names the column of those
 * files.
 */
function openWithoutLabelColumn({ label: _, labelFromPath: __, ...others }: ColumnOptions = {}): ColumnOptions {
  return others;
}

interface LabelledFromFiles {
  readonly rows: StoredRows;
  /** Where the labels come from, for messages and reports. */
  readonly column: string;
  /** What was selected, less the rows without a label. */
  selected(picked: SelectedRows): SelectedRows;
}

async function openLabelledFromFiles(
  rows: StoredRows,
  { labels, spellings }: Pick<Table, "labels" | "spellings">,
  { columns = {} }: ReadRecordingsOptions,
  {
    database,
    scratch,
    timeUnit,
    labelledOnly,
    warn,
  }: Pick<LabellingOptions, "timeUnit" | "labelledOnly" | "warn"> & { database: Database; scratch: ScratchFolder },
): Promise<LabelledFromFiles> {
  const { label, group, recording, timeFormat, timeZone, labelsClock } = columns;
  const named = { label, group, recording, timeFormat, timeZone };
  const files = await readLabelFiles(database, columns.labels!, { ...named, scratch });
  const {
    rows: labelled,
    dropped,
    unlabelled,
  } = labelRecordings(rows, files, {
    fromStart: labelsClock === "start",
    oneSide: columns.split !== undefined,
    timeUnit,
    classOf: (name) => {
      const own = labels.classOf(name);
      return own === null ? null : spellings.classes.first(own);
    },
    personOf: (name) => spellings.people.first(name),
    labelledOnly,
    warn,
  });
  if (labelledOnly !== undefined) rows.close();
  if (labelled.rows === 0) {
    throw new UserError(`--labels ${columns.labels}: no row of the recordings has a label that is in use.`, {
      advice: "Check the file's times, and the labels that --map and --exclude leave out.",
    });
  }
  return {
    rows: labelled,
    column: `${files.column} of ${columns.labels}`,
    selected: ({ dropped: before, ...picked }) => ({
      ...picked,
      recordings: labelled.recordings,
      kept: labelled.rows,
      unlabelled,
      dropped: { ...before, missing_label: before.missing_label + dropped },
    }),
  };
}

function copiesInOpenedRecordings(rows: StoredRows): CopiedContent[] {
  if (new Set(rows.recordings.map(({ user }) => user)).size < 2) return [];
  const finder = new CopiedContentFinder();
  finder.add(rows);
  return finder.found();
}

function warnOnOpeningOfLabelMap(labels: Table["labels"], warn: Reporter["warn"]): void {
  if (labels.inherited) {
    const read = labels.changed().map(([label, of]) => (of === null ? `${label} is left out` : `${label} is ${of}`));
    if (read.length > 0)
      warn(
        `Labels are read as in the training: ${read.join(", ")}. To read them in another way, use --map or --exclude.`,
      );
    return;
  }
  const [leftOut, unmet] = [labels.leftOut(), labels.unmet()];
  if (leftOut.length > 0) warn(`Rows with the label ${leftOut.join(", ")} are left out, as --map or --exclude says.`);
  if (unmet.length > 0) warn(`No row has the label ${unmet.join(", ")}, which --map or --exclude lists.`);
}

function warnOnOpeningOfSpellings(
  { people, classes }: Table["spellings"],
  roles: ColumnRoles,
  warn: Reporter["warn"],
): void {
  for (const [first, others] of people.several()) {
    const found = [first, ...others].map((name) => JSON.stringify(name)).join(" and ");
    warn(
      `Column "${roles.group}": ${found} are read as one person, ${JSON.stringify(first)}. If they are different people, rename them.`,
    );
  }
  for (const [first, others] of classes.several()) {
    const found = [first, ...others].map((name) => JSON.stringify(name)).join(" and ");
    warn(
      `Column "${roles.label}": ${found} are read as one class, ${JSON.stringify(first)}. If they are different classes, rename them.`,
    );
  }
}

function refuseSingleClassRecordings(stretches: Iterable<Stretch>, roles: ColumnRoles): void {
  const classes = new Set<string | null>();
  for (const { label } of stretches) if (classes.add(label).size >= 2) return;
  throw new UserError(
    `Column "${roles.label}": expected at least two classes, found only "${[...classes][0]}" in all rows.`,
    { advice: "Add recordings of another activity, or name another column with --label." },
  );
}

function describeDroppedOnOpening(selected: SelectedRows): string {
  const reasons = Object.entries(selected.dropped).filter(([, rows]) => rows > 0);
  return reasons
    .map(([reason, rows]) => `${rows.toLocaleString("en")} dropped for ${reason.replaceAll("_", " ")}`)
    .join(", ");
}

function adviceOnOpeningNothing({ missing, infinite, read }: SelectedRows, { channels, time }: ColumnRoles): string {
  const empty = [...channels, time ?? "time"].filter((_, c) => missing[c]! + infinite[c]! === read);
  return empty.length === 0
    ? "Check the columns named by --label, --group, --recording and --time."
    : `No row has a value in ${listedColumns(empty)}. Repair the export, or name other columns with --channels and --time.`;
}
