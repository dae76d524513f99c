// Streams the required columns of every file, in order, as chunks of a few thousand rows. DuckDB parses on its own threads; a
// chunk contains typed arrays, and one small integer per row that stands for its texts (person, recording, label).

import type { DuckDBDataChunk } from "@duckdb/node-api";
import { DataFault, type OnFault } from "../../data-fault.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import { explainReadError, withReadErrorsExplained } from "../files/explain-read-error.ts";
import type { SourceFile } from "../files/find-files.ts";
import { withPathTemplateRoles } from "../files/path-columns.ts";
import { refuseNumberedTexts } from "../files/refuse-wide-rows.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import { limitedTextColumn } from "../files/table-limits.ts";
import type { TableSchema } from "../files/table-schema.ts";
import type { TimeReading } from "../files/text-clock.ts";
import { partsOfJoinedClock } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import type { ColumnRoles, RequiredColumns } from "./column-roles.ts";
import { resolveColumnRoles } from "./column-roles.ts";
import { fixedSplitOf } from "./fixed-split.ts";
import { type LabelMap, readLabelMap } from "./label-map.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { refuseOtherColumns } from "./other-columns.ts";
import type { RowLabels } from "./row-labels.ts";
import { type RowKey, RowTexts, type Spelt } from "./row-texts.ts";
import { SchemaReader } from "./schema-reader.ts";
import type { SourceTable } from "./sensor-files.ts";
import { Spellings } from "./spellings.ts";
import { TimesOfFiles } from "./times-of-files.ts";
import { refuseUnnamedClock } from "./unnamed-clock.ts";
import { refuseUnnamedRecordings } from "./unnamed-recordings.ts";

export interface RowChunk {
  readonly rows: number;
  /** Index of the chunk's file. */
  readonly file: number;
  /** Number of earlier rows in the same file. */
  readonly firstRow: number;
  /** [rows] index into the table's keys. */
  readonly keyOfRow: Int32Array;
  /** [rows] times as written, or in seconds; NaN if missing. `undefined` if there is no time column. */
  readonly time: Float64Array | undefined;
  /** How the file's times were read; undefined if there is no time column. */
  readonly reading: TimeReading | undefined;
  /** C columns of [rows]; missing values are NaN, and infinite values are kept. */
  readonly channels: readonly Float32Array[];
}

export interface RowTable {
  readonly roles: ColumnRoles;
  /** Columns without a role; they are not read. */
  readonly unusedColumns: readonly string[];
  /** More keys are added while the chunks are read. */
  readonly keys: readonly RowKey[];
  /** Spellings of people and classes found so far. */
  readonly spellings: Spelt;
  /** Maps labels to classes, and stores the labels found so far. */
  readonly labels: LabelMap;
  /** Names of the files whose rows are read in the order of their times. */
  readonly sorted: ReadonlySet<string>;
  /** Row counts for the files that have been read completely. */
  readonly fileRows: readonly number[];
  /**
   * Yields all rows; can be called only once.
   * @throws UserError if a value cannot be read; the message gives its file, row and column
   */
  chunks(): AsyncGenerator<RowChunk>;
}

/**
 * @param onFault called for each given or expected channel that is missing
 * @param warn called with each warning, such as one about sensors that are found but not read
 * @throws UserError if a file is not a table or lacks a column
 */
export async function openRowChunks(
  database: Database,
  files: readonly SourceTable[],
  given: ColumnOptions,
  required: RequiredColumns,
  {
    onFault,
    warn,
    known,
    scratch,
    rowLabels,
    sorted = new Set(),
  }: {
    onFault: OnFault;
    warn: (message: string) => void;
    scratch: ScratchFolder;
    /** Labels from files with one label per row. */
    rowLabels?: RowLabels | undefined;
    /** Names of the files whose rows to read in the order of their times. */
    sorted?: ReadonlySet<string> | undefined;
    known?: { readonly people: readonly string[]; readonly classes: readonly string[] } | undefined;
  },
): Promise<RowTable> {
  const first = files[0]!;
  const schemas = new SchemaReader(database, files, withPathTemplateRoles(given), {
    required,
    warn,
    scratch,
    rowLabels,
  });
  const { schema: firstSchema, channels: found } = await schemas.read(first);
  const options: ColumnOptions = found === null ? schemas.options : { ...schemas.options, channels: found };
  if (
    (schemas.options.channels ?? schemas.options.modelChannels) === undefined &&
    sensorsByName(firstSchema.names).length === 0
  )
    refuseNumberedTexts(first.path, firstSchema.types);
  const roles = resolveColumnRoles(firstSchema.names, options, required, first.path, onFault, warn);
  const keys: RowKey[] = [];
  const fileRows: number[] = [];
  const labels = await readLabelMap(options.map, options.exclude, options.labelMap);
  const spellings = { people: new Spellings(known?.people), classes: new Spellings(known?.classes) };

  async function* chunks(): AsyncGenerator<RowChunk> {
    const texts = new RowTexts(keys, roles, spellings, labels);
    const times = roles.time === null ? undefined : new TimesOfFiles(database, roles.time, options.timeFormat, warn);
    for (const [f, file] of files.entries()) {
      const schema = file === first ? firstSchema : (await schemas.read(file)).schema;
      if (file !== first) refuseOtherColumns(first.path, roles, file.path, schema.names, { options, required, warn });
      const reading = await times?.readingOf(file, schema);
      const numbers = new Set(roles.channels);
      if (reading?.numbers === true) numbers.add(roles.time!);
      const selection = rowChunkSelection(schema, roles, numbers, reading, sorted.has(file.path));
      let rows = 0;
      for await (const chunk of streamWithErrorsExplained(database, { file, schema, numbers }, selection)) {
        yield decodeRowChunk(chunk, { file: f, path: file.path, firstRow: rows, roles, texts, reading });
        rows += chunk.rowCount;
      }
      if (rows === 0 && options.split === undefined) {
        throw new DataFault({
          code: "too_short",
          message: `${file.path}: the file has column names but no rows.`,
          advice: "Export the file again, or leave it out.",
          file: file.path,
          expected: "rows",
          found: "none",
        });
      }
      fileRows.push(rows);
    }
  }
  const { label, group, recording, time, channels } = roles;
  const joined = time === null ? [] : partsOfJoinedClock(time, firstSchema.names);
  const used = new Set([label, group, recording, time, fixedSplitOf(options.split)?.column, ...joined, ...channels]);
  const others = firstSchema.names.filter((name) => !used.has(name));
  const unusedColumns = [...others, ...(firstSchema.empty ?? [])];
  if (time === null && first.parts === undefined)
    await withReadErrorsExplained(database, first, firstSchema, async () => {
      await refuseUnnamedClock(database, first.path, firstSchema, others);
      if (recording === null) await refuseUnnamedRecordings(database, first.path, firstSchema, others);
    });
  return { roles, unusedColumns, keys, spellings, labels, sorted, fileRows, chunks };
}

async function* streamWithErrorsExplained(
  database: Database,
  { file, schema, numbers }: { file: SourceFile; schema: TableSchema; numbers: ReadonlySet<string> },
  selection: string,
): AsyncGenerator<DuckDBDataChunk> {
  try {
    yield* database.stream(selection);
  } catch (error) {
    throw await explainReadError(database, file, schema, numbers, error);
  }
}

/**
 * Selects the texts (user, recording and label), their hash, the time if there is a time column, and the channels. Texts are
 * cleaned only after decoding, because DuckDB would have to clean them in every row.
 */
function rowChunkSelection(
  schema: TableSchema,
  roles: ColumnRoles,
  numbers: ReadonlySet<string>,
  reading: TimeReading | undefined,
  isSorted: boolean,
): string {
  const texts = [roles.group, roles.recording, roles.label].map(limitedTextColumn);
  const time = reading === undefined ? [] : [reading.sql];
  const dateTime = reading?.isDateTime === true ? roles.time : null;
  const hash = `CAST(hash(${texts.join(", ")}) >> 11 AS DOUBLE)`;
  // Columns need distinct names to be streamed; missing texts are ''.
  const named = texts.map((text, i) => `${text} AS "\x1ftext${i}"`);
  // Missing numbers are NaN here, because reading NULLs takes longer than everything else done with a row.
  const columns = [...time, ...roles.channels.map(duckdbIdentifier)].map(
    (column) => `coalesce(CAST(${column} AS DOUBLE), CAST('nan' AS DOUBLE))`,
  );
  const selected = [...named, hash, ...columns].join(", ");
  const source = schema.source(numbers, dateTime);
  if (!isSorted || reading === undefined) return `SELECT ${selected} FROM ${source}`;
  const numbered = `(SELECT *, row_number() OVER () AS "\x1frow" FROM ${source})`;
  return `SELECT ${selected} FROM ${numbered} ORDER BY ${reading.sql}, "\x1frow"`;
}

function decodeRowChunk(
  chunk: DuckDBDataChunk,
  {
    file,
    path,
    firstRow,
    roles,
    texts,
    reading,
  }: {
    file: number;
    path: string;
    firstRow: number;
    roles: ColumnRoles;
    texts: RowTexts;
    reading: TimeReading | undefined;
  },
): RowChunk {
  const rows = chunk.rowCount;
  const keyOfRow = texts.keysOf(chunk, { file, path, firstRow });
  const time = roles.time === null ? undefined : new Float64Array(rows);
  let column = 4;
  if (time !== undefined) copyRowChunkNumbers(chunk, column++, time);
  const channels = roles.channels.map(() => {
    const values = new Float32Array(rows);
    copyRowChunkNumbers(chunk, column++, values);
    return values;
  });
  return { rows, file, firstRow, keyOfRow, time, reading, channels };
}

function copyRowChunkNumbers(chunk: DuckDBDataChunk, column: number, target: Float32Array | Float64Array): void {
  const vector = chunk.getColumnVector(column);
  for (let i = 0; i < target.length; i++) {
    target[i] = vector.getItem(i) as number;
  }
}
