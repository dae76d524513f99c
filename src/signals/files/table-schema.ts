// Reads the names and types of a file's columns, and the format of a text file, before the rows are read.

import { UserError } from "../../errors.ts";
import { columnsOfObject, isObjectType } from "./columns-of-object.ts";
import { withDateAndTime } from "./date-and-time.ts";
import {
  type Database,
  duckdbErrorLine,
  duckdbIdentifier,
  duckdbLiteral,
  duckdbPath,
  isColumnAmong,
} from "./duckdb.ts";
import { explainCsvReadError, withReadErrorsExplained } from "./explain-read-error.ts";
import type { SourceFile } from "./find-files.ts";
import { withGpsClock } from "./gps-clock.ts";
import { withListCells } from "./list-cells.ts";
import type { PathColumn } from "./path-columns.ts";
import { refuseLongLines } from "./refuse-long-lines.ts";
import { refuseOtherFormats } from "./refuse-other-formats.ts";
import { withSplitClock } from "./split-clock.ts";
import { missingMarks, refuseTableOverLimit } from "./table-limits.ts";
import { linesOfText } from "./text-lines.ts";
import { withUnitCells } from "./unit-cells.ts";
import { withVectorCells } from "./vector-cells.ts";

export interface TableSchema {
  readonly names: readonly string[];
  /** Columns without any values, which are omitted from `names`. */
  readonly empty?: readonly string[];
  /** DuckDB's type of each column; for a text file, as inferred from its first 20,480 rows. */
  readonly types: ReadonlyMap<string, string>;
  /**
   * Returns the table as SQL; `numbers` are the columns to read as numbers, whatever type the sniffer found. Other columns of a
   * text file are read as text, byte for byte; only the time can be a date-time.
   */
  source(numbers: ReadonlySet<string>, time?: string | null): string;
}

// With Hive partitioning, a folder called user=x would silently replace the column "user".
const noHive = "hive_partitioning=false";

/**
 * @param pathColumns columns taken from the file's path, which are added after the file's own columns
 * @throws UserError if the file does not have the format indicated by its name, is not a table, or has a column that also
 * occurs in its path
 */
export async function readTableSchema(
  database: Database,
  file: SourceFile,
  pathColumns: readonly PathColumn[] = [],
): Promise<TableSchema> {
  await refuseOtherFormats(file);
  await refuseLongLines(file);
  const own =
    file.format === "parquet" ? await parquetTableSchema(database, file) : await csvTableSchema(database, file);
  if (own.names.length === 0) throw new UserError(`${file.path}: the file has no columns.`);
  refuseTableOverLimit(file.path, own.names);
  const schema = await withReadErrorsExplained(database, file, own, async () => {
    const vectors = await withUnitCells(
      database,
      file.path,
      await withVectorCells(database, await withListCells(database, own)),
    );
    const gps = await withGpsClock(database, vectors);
    if (gps !== vectors) return gps;
    const split = await withSplitClock(database, vectors);
    return split === vectors ? withDateAndTime(database, vectors) : split;
  });
  return pathColumns.length === 0 ? schema : tableSchemaWithPathColumns(schema, file, pathColumns);
}

function tableSchemaWithPathColumns(
  schema: TableSchema,
  { path }: SourceFile,
  columns: readonly PathColumn[],
): TableSchema {
  const values = columns.map(({ name, option, value }) => {
    if (isColumnAmong(schema.names, name)) {
      throw new UserError(`${path}: ${option} names "${name}", which is also a column of the file.`, {
        advice: `Leave the column out of ${option} to use the file's column, or rename one of the two.`,
      });
    }
    return `CAST(${value === null ? "NULL" : duckdbLiteral(value)} AS VARCHAR) AS ${duckdbIdentifier(name)}`;
  });
  return {
    names: [...schema.names, ...columns.map(({ name }) => name)],
    types: new Map([...schema.types, ...columns.map(({ name }) => [name, "VARCHAR"] as const)]),
    source: (numbers, time) => `(SELECT *, ${values.join(", ")} FROM ${schema.source(numbers, time)})`,
  };
}

async function parquetTableSchema(database: Database, file: SourceFile): Promise<TableSchema> {
  let source = `read_parquet(${duckdbPath(file)}, ${noHive})`;
  let rows: Record<string, unknown>[];
  try {
    rows = await database.rows(`DESCRIBE FROM ${source}`);
    if (rows.some((row) => isObjectType(String(row.column_type)))) {
      source = await schemaWithoutObjects(database, source, rows);
      rows = await database.rows(`DESCRIBE FROM ${source}`);
    }
  } catch (cause) {
    throw unreadableTableSchema(file, cause);
  }
  const types = new Map(rows.map((row) => [String(row.column_name), String(row.column_type)]));
  return { names: [...types.keys()], types, source: () => source };
}

/** @param described the table's columns */
async function schemaWithoutObjects(
  database: Database,
  source: string,
  described: readonly Record<string, unknown>[],
): Promise<string> {
  const columns: string[] = [];
  for (const { column_name: name, column_type: type } of described) {
    if (isObjectType(String(type))) columns.push(...(await columnsOfObject(database, source, String(name))));
    else columns.push(duckdbIdentifier(String(name)));
  }
  return `(SELECT ${columns.join(", ")} FROM ${source})`;
}

async function csvTableSchema(database: Database, file: SourceFile): Promise<TableSchema> {
  const marks = `nullstr=[${missingMarks.map(duckdbLiteral).join(", ")}]`;
  let sniffed: Record<string, unknown> | undefined;
  const marked = `, decimal_separator=','${file.thousandsPoint === true ? ", thousands='.'" : ""}`;
  const comma = file.decimalCommaWith === undefined ? "" : `, delim=${duckdbLiteral(file.decimalCommaWith)}${marked}`;
  try {
    const sniff = (more: string): Promise<Record<string, unknown> | undefined> =>
      sniffSchemaOnce(database, `sniff_csv(${duckdbPath(file)}, header=true, ${noHive}, ${marks}${comma}${more})`);
    // If a line near the top has too many or too few values, the sniffer fails or finds a single column. In that case, the
    // columns are taken from the header, and an error about the faulty line is reported when the rows are read.
    sniffed = await sniff("").catch(() => sniff(", ignore_errors=true"));
    const [only, second] = (sniffed?.Columns ?? []) as { name: string }[];
    const delimiter = second === undefined ? /[,;\t|]/.exec(only?.name ?? "")?.[0] : undefined;
    if (delimiter !== undefined) sniffed = await sniff(`, delim=${duckdbLiteral(delimiter)}, ignore_errors=true`);
    // Lines above a table are removed before the sniffer runs. If later rows had more values than the first ones, the sniffer
    // would skip the first ones.
    const above =
      Number(sniffed?.SkipRows) > 0 && !file.remote ? await linesAboveSchema(file.stored ?? file.path) : null;
    if (above !== null && Number(sniffed?.SkipRows) > above)
      sniffed = await sniff(`, skip=${above}, ignore_errors=true`);
  } catch (cause) {
    throw unreadableTableSchema(file, cause);
  }
  if (sniffed === undefined) throw new UserError(`${file.path}: the file has no columns.`);
  const columns = (sniffed.Columns as { name: string; type: string }[]).map(({ name, type }) => ({
    name,
    type: isDateTimeInSchema(type) && !isYearFirstInSchema(sniffed) ? "VARCHAR" : type,
  }));
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const dialect = [
    `delim=${duckdbLiteral(sniffedSchemaValue(sniffed, "Delimiter", ","))}`,
    `quote=${duckdbLiteral(sniffedSchemaValue(sniffed, "Quote", '"'))}`,
    `escape=${duckdbLiteral(sniffedSchemaValue(sniffed, "Escape", '"'))}`,
    `comment=${duckdbLiteral(sniffedSchemaValue(sniffed, "Comment", ""))}`,
    `skip=${Number(sniffed.SkipRows)}`,
    ...sniffedSchemaOption(sniffed, "DateFormat", "dateformat"),
    ...sniffedSchemaOption(sniffed, "TimestampFormat", "timestampformat"),
    "header=true",
    noHive,
    "auto_detect=false",
    marks,
  ].join(", ");
  return {
    names: columns.map(({ name }) => name),
    types,
    source(numbers, time = null) {
      const typed = columns.map(({ name, type }) => {
        const kept = name === time && isDateTimeInSchema(type) ? type : "VARCHAR";
        return `${duckdbLiteral(name)}: ${duckdbLiteral(numbers.has(name) ? "DOUBLE" : kept)}`;
      });
      return `read_csv(${duckdbPath(file)}, ${dialect}${comma === "" ? "" : marked}, columns={${typed.join(", ")}})`;
    },
  };
}

/** Returns the number of empty lines and comments at the top of a file. */
async function linesAboveSchema(path: string): Promise<number> {
  let count = 0;
  for await (const line of linesOfText(path)) {
    if (line.trim() !== "" && !line.startsWith("#")) break;
    count++;
  }
  return count;
}

/** What the sniffer found in each file that was read with a database; it would otherwise run several times per file. */
const sniffedSchemas = new WeakMap<Database, Map<string, Promise<Record<string, unknown> | undefined>>>();

function sniffSchemaOnce(database: Database, sql: string): Promise<Record<string, unknown> | undefined> {
  const sniffed = sniffedSchemas.get(database) ?? new Map();
  sniffedSchemas.set(database, sniffed);
  const found = sniffed.get(sql) ?? database.rows(`FROM ${sql}`).then(([first]) => first);
  sniffed.set(sql, found);
  return found;
}

function sniffedSchemaValue(sniffed: Record<string, unknown>, key: string, otherwise: string): string {
  const value = sniffed[key];
  return typeof value === "string" && value !== "(empty)" && value !== "\0" ? value : otherwise;
}

function sniffedSchemaOption(sniffed: Record<string, unknown>, key: string, option: string): string[] {
  const value = sniffed[key];
  return typeof value === "string" && value !== "" ? [`${option}=${duckdbLiteral(value)}`] : [];
}

/**
 * Whether the sniffer's formats begin with the year; `text-clock.ts` reads all other dates, because it infers the order of day
 * and month from the whole file rather than from the first rows.
 */
function isYearFirstInSchema(sniffed: Record<string, unknown>): boolean {
  const formats = [sniffed.TimestampFormat, sniffed.DateFormat].filter((format) => typeof format === "string");
  return formats.every((format) => format === "" || format.startsWith("%Y"));
}

/** Whether DuckDB's type is a date, a time of day or both. */
export function isDateTimeInSchema(type: string): boolean {
  return /^(TIMESTAMP|DATE|TIME)/.test(type);
}

function unreadableTableSchema(file: SourceFile, cause: unknown): UserError {
  const message = duckdbErrorLine(cause, file);
  if (file.remote) {
    return new UserError(`${file.path}: could not be read: ${message}`, {
      advice: "Check the address and the network; DuckDB downloads its httpfs extension on first use.",
      cause,
    });
  }
  if (/magic bytes|too small to be a Parquet/i.test(message) && file.format === "parquet") {
    return new UserError(`${file.path}: this is not a Parquet file, although its name suggests it.`, {
      advice: "Export the file again, or give it the right extension (.csv, .tsv, .csv.gz).",
      cause,
    });
  }
  if (file.format === "parquet") {
    return new UserError(`${file.path}: this Parquet file is damaged, or has a form that cannot be read: ${message}`, {
      advice: "Export the file again.",
      cause,
    });
  }
  if (/gzip/i.test(message)) {
    return new UserError(`${file.path}: this is not a gzip file, although its name suggests it.`, {
      advice: "If the file is plain text, remove .gz from its name; otherwise, compress it again.",
      cause,
    });
  }
  const explained = explainCsvReadError(file, cause);
  if (explained !== undefined) return new UserError(explained.message, { advice: explained.advice, cause });
  return new UserError(`${file.path}: expected a CSV or TSV table with a line of column names: ${message}`, {
    advice: "Check that the file is text with one delimiter, and that every column has a name.",
    cause,
  });
}
