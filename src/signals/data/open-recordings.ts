// Turns files into checked recordings of any length. CSV and TSV (gzipped or not) and Parquet are read through DuckDB, chunk by
// chunk. Counts and drops unusable rows. Rejects data that would make all later results unreliable.

import { type OnFault, throwDataFault } from "../../data-fault.ts";
import { collectingReporter, type Reporter, silent } from "../../reporter.ts";
import { withoutDamagedLines } from "../files/damaged-lines.ts";
import { type Database, openDuckdb } from "../files/duckdb.ts";
import { DamagedTable, withReadErrorsExplained } from "../files/explain-read-error.ts";
import { findFiles, type SourceFile } from "../files/find-files.ts";
import type { Float32Batch } from "../files/float32-batch.ts";
import { pathColumnsOf } from "../files/path-columns.ts";
import { type ScratchFolder, scratchFolder } from "../files/scratch-folder.ts";
import { readTableSchema } from "../files/table-schema.ts";
import { usualTimeColumns } from "../files/usual-column-names.ts";
import { labelFromFiles } from "./label-from-files.ts";
import { LateRows } from "./late-rows.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { numberTable } from "./number-table.ts";
import { type OpenableTable, type OpenedRecordings, type OpenTableOptions, openTable } from "./open-table.ts";
import { warnOfPlacesInPaths } from "./places-in-paths.ts";
import { rateInColumn } from "./rate-column.ts";
import { refuseOtherPace } from "./refuse-other-pace.ts";
import { restartColumn } from "./restart-column.ts";
import { openRowChunks, type RowTable } from "./row-chunks.ts";
import type { RowClocks } from "./row-clock.ts";
import { type RowLabels, readRowLabels } from "./row-labels.ts";
import { RowStore } from "./row-store.ts";
import { type SourceTable, tablesOfSensorFiles } from "./sensor-files.ts";

export { type OpenedRecordings, TooManyRows } from "./open-table.ts";

export interface ReadRecordingsOptions extends OpenTableOptions {
  /**
   * Whether a label column is required; with "if found", a column with a usual name is read if there is one. Default:
   * `requireLabels`.
   */
  readonly labelColumn?: boolean | "if found";
  /** Whether to reject recordings that lack a person column. Default: `requireLabels`. */
  readonly requirePeople?: boolean;
  /** Names of known people and classes; other spellings of these names are replaced. */
  readonly known?: KnownNames;
  /** Notified before a DuckDB extension is downloaded; all warnings are in `quality.warnings`. */
  readonly reporter?: Reporter;
  /** See `findFiles`. */
  readonly stored?: ReadonlyMap<string, string>;
  /**
   * The rows as numbers, instead of a file to parse; see `isNumberTable`. If `numbers` is given, there is exactly one file, of
   * which only the name is used.
   */
  readonly numbers?: Float32Batch;
  /** Maximum size of the rows in memory, in bytes; above it, rows are moved to a temporary file. Default: 128 MiB. */
  readonly memoryBytes?: number;
}

/**
 * Returns the rates for reading recordings. Recordings without times are read only at the rate given by the user. The model's
 * rate is not enough, because the network may have been trained on resampled recordings.
 */
export function rateOfOpenedRecordings(
  { rate }: { readonly rate?: number },
  model: { readonly rate: number },
): Pick<ReadRecordingsOptions, "nominalRateHz" | "likelyRateHz"> {
  return { ...(rate !== undefined && { nominalRateHz: rate }), likelyRateHz: model.rate };
}

export interface KnownNames {
  readonly people: readonly string[];
  readonly classes: readonly string[];
}

/**
 * Reads, checks and describes recordings without holding them in memory. Values keep the units in the file; times are converted
 * to seconds.
 *
 * Interleaved recordings are separated, in order of first appearance. A stretch ends where the person, recording or label
 * changes, and at gaps, which are steps longer than both 0.1 s and three times the recording's median step.
 * @param files paths, globs and URLs of tables with the same columns
 * @throws UserError if the files have a fault; the message gives the file, row and column
 * @throws DataFault if the files can be read as tables, but their content is faulty
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
    const closeStores = (): void => {
      for (const store of stores.splice(0)) store.close();
    };
    return options.numbers === undefined
      ? await openRecordingFiles(open, closeStores, files, options)
      : await openRecordingNumbers(open, files[0]!, options.numbers, options);
  } catch (error) {
    for (const store of stores) store.close();
    throw error;
  }
}

async function openRecordingFiles(
  openStore: (channels: number) => RowStore,
  closeStores: () => void,
  files: readonly string[],
  options: ReadRecordingsOptions,
): Promise<OpenedRecordings> {
  const database = await openDuckdb();
  const scratch = scratchFolder();
  const repaired = new Map(options.stored);
  const repairs: string[] = [];
  const sorted = new Set<string>();
  const reported = new Set<string>();
  // Reading starts again after a repair, and finds the same faults.
  const onFault: OnFault = (fault) => {
    if (reported.has(fault.message)) return;
    reported.add(fault.message);
    (options.onFault ?? throwDataFault)(fault);
  };
  try {
    for (;;) {
      try {
        const read = { ...options, stored: repaired, onFault };
        return await openRecordingsWith(database, openStore, files, read, { scratch, repairs, sorted });
      } catch (error) {
        if (error instanceof LateRows) {
          closeStores();
          for (const [path, warning] of error.files) {
            sorted.add(path);
            repairs.push(`${path}: ${warning}`);
          }
          continue;
        }
        const repair = await repairDamagedTable(error, { given: options.stored, repaired, scratch });
        if (repair === undefined) throw error;
        closeStores();
        repaired.set(repair.path, repair.stored);
        repairs.push(`${repair.path}: ${repair.warning}`);
      }
    }
  } finally {
    database.close();
    scratch.remove();
  }
}

/** @returns undefined if the error is another one, if the table is not read in place, or if it cannot be repaired */
async function repairDamagedTable(
  error: unknown,
  {
    given,
    repaired,
    scratch,
  }: {
    readonly given: ReadonlyMap<string, string> | undefined;
    readonly repaired: ReadonlyMap<string, string>;
    readonly scratch: ScratchFolder;
  },
): Promise<{ path: string; stored: string; warning: string } | undefined> {
  if (!(error instanceof DamagedTable)) return undefined;
  const { path, remote, stored = path } = error.source;
  const own = given?.get(path) ?? path;
  if (remote || stored !== own || repaired.get(path) !== given?.get(path) || /\.gz$/i.test(own)) return undefined;
  const out = scratch.file("repaired.csv");
  const warning = await withoutDamagedLines(own, out, error.width);
  return warning === undefined ? undefined : { path, stored: out, warning };
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
  const source = { table, files: [file], read: [], tables: [file], checkClocks: nothing, restart: nothing };
  return openTable(source, openStore, options, collecting);
}

/** Matches archives; the paths of the files in an archive are not known until it is open. */
const isArchive = /\.(zip|xlsx|xlsm)$/i;

async function openRecordingsWith(
  database: Database,
  openStore: (channels: number) => RowStore,
  files: readonly string[],
  given: ReadRecordingsOptions,
  {
    scratch,
    repairs,
    sorted,
  }: {
    readonly scratch: ScratchFolder;
    /** Warnings about files that are not read as they are. */
    readonly repairs: readonly string[];
    readonly sorted: ReadonlySet<string>;
  },
): Promise<OpenedRecordings> {
  const ofRows =
    given.columns?.labels === undefined ? undefined : await readRowLabels(database, given.columns.labels, scratch);
  const options = ofRows === undefined ? given : { ...given, columns: columnsWithRowLabels(given.columns!, ofRows) };
  const { requireLabels, requirePeople = requireLabels, reporter = silent, onFault = throwDataFault } = options;
  const labelFile = options.columns?.labels;
  const { labelColumn = requireLabels } = options;
  const collecting = collectingReporter();
  const { warn } = collecting;
  for (const repair of repairs) warn(repair);
  const { found, readable, sources } = await findTables(database, files, options, {
    reporter,
    labelled: given.columns?.labels !== undefined,
    scratch,
    warn,
  });
  const table = await openRowChunks(
    database,
    sources,
    labelFile === undefined ? (options.columns ?? {}) : openRecordingsWithoutLabel(options.columns),
    { label: labelFile === undefined && labelColumn, group: requirePeople },
    { onFault, warn, known: options.known, scratch, rowLabels: ofRows, sorted },
  );
  const { roles, unusedColumns } = table;
  const { nominalRateHz } = options;
  const ownRateHz =
    roles.time === null && nominalRateHz === undefined && sources.every(({ parts }) => parts === undefined)
      ? await rateInColumn(database, sources, unusedColumns, warn)
      : undefined;
  const source: OpenableTable = {
    table,
    files: found.map(({ path }) => path),
    read: readable.map(({ path }) => path),
    tables: sources.map(({ path }) => path),
    checkClocks: (clocks) => checkClocksOfFiles(database, sources, table, clocks, warn),
    restart: (f) => restartColumnOfFile(database, sources[f]!, table),
    ...(labelFile !== undefined &&
      labelColumn !== false && {
        label: (timed, { timeUnit }) =>
          labelFromFiles(timed, table, options.columns ?? {}, {
            database,
            scratch,
            timeUnit,
            rateHz: options.nominalRateHz,
            labelledOnly: requireLabels ? openStore(roles.channels.length) : undefined,
            warn,
          }),
      }),
  };
  return openTable(
    source,
    openStore,
    { ...options, ...(ownRateHz !== undefined && { nominalRateHz: ownRateHz }) },
    collecting,
  );
}

interface FoundTables {
  /** Files that match the paths given. */
  readonly found: readonly SourceFile[];
  /** Those files, in the form in which DuckDB can read them. */
  readonly readable: readonly SourceFile[];
  /** The tables in these files; files that hold one sensor each form one table. */
  readonly sources: readonly SourceTable[];
}

async function findTables(
  database: Database,
  files: readonly string[],
  { stored, columns = {} }: Pick<ReadRecordingsOptions, "stored" | "columns">,
  {
    reporter,
    labelled,
    scratch,
    warn,
  }: {
    readonly reporter: Reporter;
    /** Whether labels come from separate files. */
    readonly labelled: boolean;
    readonly scratch: ScratchFolder;
    readonly warn: Reporter["warn"];
  },
): Promise<FoundTables> {
  const found = await findFiles(database, files, reporter, stored);
  for (const { path } of found) if (!isArchive.test(path)) pathColumnsOf(path, columns);
  // Loaded only when needed, because the readers contain a lot of code that many programs that import the package never run.
  const { readableFiles } = await import("../files/readable-files.ts");
  const readable = await readableFiles(database, found, {
    columns: columns.columns,
    channels: columns.channels ?? columns.modelChannels,
    time: columns.time,
    labelled,
    scratch,
    warn,
  });
  const sources = await tablesOfSensorFiles(
    readable,
    async (file) => (await readTableSchema(database, file)).names,
    warn,
  );
  warnOfPlacesInPaths(
    sources.map(({ path }) => path),
    columns,
    warn,
  );
  for (const name of columns.pathColumns ?? []) {
    warn(`Column "${name}" is taken from the names of folders (${name}=...), not from the files.`);
  }
  return { found, readable, sources };
}

/** @throws UserError if another column contradicts the inferred clock of a file; tables joined from several files are not checked */
async function checkClocksOfFiles(
  database: Database,
  sources: readonly SourceTable[],
  { roles, unusedColumns }: Pick<RowTable, "roles" | "unusedColumns">,
  { doubtful }: Pick<RowClocks, "doubtful">,
  warn: Reporter["warn"],
): Promise<void> {
  if (usualTimeColumns(unusedColumns).length === 0) return;
  for (const source of sources) {
    const doubt = doubtful.get(source.path);
    if (doubt === undefined || source.parts !== undefined) continue;
    const schema = await readTableSchema(database, source);
    await withReadErrorsExplained(database, source, schema, () =>
      refuseOtherPace(
        database,
        { file: source.path, schema, time: roles.time!, ...doubt },
        { unused: unusedColumns, warn },
      ),
    );
  }
}

/**
 * Returns the file's column that changes whenever time runs backwards; undefined if there is none, if the file has no times, or
 * if the table is joined from several files.
 */
async function restartColumnOfFile(
  database: Database,
  source: SourceTable,
  { roles: { time }, unusedColumns }: Pick<RowTable, "roles" | "unusedColumns">,
): Promise<string | undefined> {
  if (time === null || source.parts !== undefined) return undefined;
  const schema = await readTableSchema(database, source);
  return withReadErrorsExplained(database, source, schema, () => restartColumn(database, schema, time, unusedColumns));
}

/** Labels without times become a column of the recordings. */
function columnsWithRowLabels(
  { labels: _, labelFromPath: __, ...others }: ColumnOptions,
  { column }: RowLabels,
): ColumnOptions {
  return { ...others, label: column };
}

/**
 * If labels come from separate files, ignores the recordings' own label column; --label then specifies the label column of
 * these files.
 */
function openRecordingsWithoutLabel({ label: _, labelFromPath: __, ...others }: ColumnOptions = {}): ColumnOptions {
  return others;
}
