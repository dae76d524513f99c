// Explains DuckDB's read errors in the user's terms: the file, row and column, and what was expected there.

import { counted } from "../../counted.ts";
import { DataFault, type FaultDescription } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { type Database, duckdbErrorLine, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import type { SourceFile } from "./find-files.ts";

/** A table. `source` returns the SQL that reads it, with the columns in `numbers` read as numbers. */
interface SqlTable {
  source(numbers: ReadonlySet<string>): string;
}

/** Matches a number with a decimal comma or separated thousands: 0,5 or 1'000.50. */
export const separatedNumber: RegExp = /^\s*[+-]?\d[\d.,'\s]*$/;

/** @param numbers the columns read as numbers */
export async function explainReadError(
  database: Database,
  file: SourceFile,
  table: SqlTable,
  numbers: ReadonlySet<string>,
  error: unknown,
): Promise<UserError> {
  const message = error instanceof Error ? error.message : String(error);
  const cast = /for cast \((.+) -> DOUBLE\) when casting from source column (.+)$/m.exec(message);
  if (cast !== null) {
    const [type, column] = [cast[1]!, cast[2]!];
    return new DataFault(
      {
        code: "schema",
        message: `${file.path}: column "${column}": expected numbers, found type ${type}.`,
        advice: "Export the column as numbers, or specify other columns with --channels and --time.",
        file: file.path,
        column,
        expected: "numbers",
        found: type,
      },
      error,
    );
  }
  if (/convert/i.test(message)) {
    const cell = await cellOfReadError(database, table, numbers).catch(() => undefined);
    if (cell !== undefined) {
      const found = shortenReadErrorText(cell.value);
      const value = JSON.stringify(found);
      return new DataFault(
        {
          code: "schema",
          message: `${file.path}: data row ${cell.row}${readErrorLine(file, message, cell)}, column "${cell.column}": expected a number, found ${value}.`,
          advice: adviceOnReadError(cell),
          file: file.path,
          row: cell.row,
          column: cell.column,
          expected: "a number",
          found,
        },
        error,
      );
    }
  }
  const unconverted = /Could not convert string ["']([^"']*)["'] to '?(?:DOUBLE|FLOAT|BIGINT|INT32|INT64)/.exec(
    message,
  )?.[1];
  if (unconverted !== undefined) return explainNonNumberReadError(file, message, unconverted, error);
  if (/^Out of Memory/i.test(message)) {
    return new UserError(`${file.path}: part of the file exceeds the memory limit for reading (384 MB).`, {
      advice:
        file.format === "parquet"
          ? "Write the file with smaller row groups (at most 100,000 rows) and shorter strings, or as CSV."
          : "Export fewer columns, or split the file.",
      cause: error,
    });
  }
  const broken = explainCsvReadError(file, error);
  if (broken === undefined)
    return new UserError(`${file.path}: could not be read: ${duckdbErrorLine(error, file)}`, {
      advice: "Check that the file is complete, or export it again.",
      cause: error,
    });
  const expected = "whole lines of UTF-8 text";
  const fault: FaultDescription = { code: "schema", ...broken, file: file.path, expected, found: broken.message };
  const width = Number(countsOfReadError(message)?.[1]);
  return Number.isNaN(width) ? new DataFault(fault, error) : new DamagedTable(fault, file, width, error);
}

function adviceOnReadError({ value, column }: { value: string; column: string }): string {
  const text = value.trim();
  if (text === column) {
    return (
      "The line of column names is repeated, so the file probably consists of several tables. Write each table " +
      "to its own file, or remove the repeated line."
    );
  }
  const advice =
    "Correct the value or leave the cell empty (missing), or specify other columns with --channels and --time.";
  if (/^[\u2212\u2013\u2014]/.test(text)) return `${advice} Write minus signs as hyphens (-).`;
  if (/[,'\s]/.test(text) && separatedNumber.test(text))
    return `${advice} Write decimals with a point, and thousands without a separator.`;
  return text !== value && separatedNumber.test(text) ? `${advice} Remove spaces before and after numbers.` : advice;
}

/** Explains an error in a cell that is identified only by DuckDB's message, as in a join of several sensors. */
function explainNonNumberReadError(file: SourceFile, message: string, value: string, error: unknown): DataFault {
  const line = lineOfReadError(file, message);
  const column = /Error when converting column "(.+)"\. /.exec(message)?.[1];
  const place = [line === undefined ? [] : `line ${line}`, column === undefined ? [] : `column "${column}"`].flat();
  const found = shortenReadErrorText(value);
  return new DataFault(
    {
      code: "schema",
      message: `${[file.path, place.join(", ")].filter((part) => part !== "").join(": ")}: expected a number, found ${JSON.stringify(found)}.`,
      advice: adviceOnReadError({ value, column: column ?? "" }),
      file: file.path,
      ...(column !== undefined && { column }),
      expected: "a number",
      found,
    },
    error,
  );
}

/** Runs a function that reads a table, and explains DuckDB's errors as {@link explainReadError} does. */
export async function withReadErrorsExplained<T>(
  database: Database,
  file: SourceFile,
  table: SqlTable,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOfDuckdb =
      error instanceof Error && !(error instanceof UserError) && /^[A-Z][\w ]* Error: /.test(error.message);
    throw isOfDuckdb ? await explainReadError(database, file, table, new Set(), error) : error;
  }
}

/** Returns the line of the user's file that DuckDB's message refers to, no matter which file DuckDB read. */
function lineOfReadError({ lineOffset = 0 }: SourceFile, message: string): number | undefined {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  return line === undefined || lineOffset === null ? undefined : Number(line) + lineOffset;
}

function countsOfReadError(message: string): RegExpExecArray | null {
  return /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
}

/** A text table that could not be read because the number of values in a line differs from the number of columns. */
export class DamagedTable extends DataFault {
  /** The file as read. */
  readonly source: SourceFile;
  /** Number of columns. */
  readonly width: number;

  constructor(fault: FaultDescription, source: SourceFile, width: number, cause: unknown) {
    super(fault, cause);
    this.source = source;
    this.width = width;
  }
}

/** Explains malformed CSV lines; undefined for any other error. */
export function explainCsvReadError(file: SourceFile, error: unknown): { message: string; advice: string } | undefined {
  const message = error instanceof Error ? error.message : String(error);
  const line = lineOfReadError(file, message);
  // DuckDB counts the empty lines above a row as a part of it.
  if (/Maximum line size/i.test(message) && /^Original Line: *\n\s*\n/m.test(message)) {
    return {
      message: `${file.path}: about two million empty lines above ${line === undefined ? "a line" : `line ${line}`}.`,
      advice: "Export the file again, or remove its empty lines.",
    };
  }
  if (/Maximum line size/i.test(message)) {
    return {
      message: `${file.path}: ${line === undefined ? "a line" : `line ${line}`} is longer than 2,000,000 bytes.`,
      advice: "Check that the file has line breaks, and that every quote is closed.",
    };
  }
  if (/state machine reached an invalid state/i.test(message)) {
    return {
      message: `${file.path}: lines have different endings, or a quote is not closed.`,
      advice: "End all lines the same way (CR LF or LF), and close every quote.",
    };
  }
  if (!/CSV Error on Line/.test(message)) return undefined;
  const place = line === undefined ? "a line" : `line ${line}`;
  if (/unterminated quote/i.test(message)) {
    return {
      message: `${file.path}: ${place} has a quote that is not closed.`,
      advice: "Close the quote, or remove it.",
    };
  }
  const counts = countsOfReadError(message);
  if (counts !== null) {
    return {
      message: `${file.path}: ${place} has ${counted(Number(counts[2]), "value")}; expected ${counts[1]}, one per column.`,
      advice:
        Number(counts[2]) < Number(counts[1])
          ? "Complete or remove the line; common causes are an incomplete file, and text below the table."
          : "Repair or remove the line; a common cause is an unquoted delimiter in a value.",
    };
  }
  if (/not utf-8/i.test(message)) {
    return {
      message: `${file.path}: ${place} is not UTF-8 text.`,
      advice: "Save the file in UTF-8.",
    };
  }
  return undefined;
}

/**
 * Returns the line number in a CSV file, as in " (line 3)", if DuckDB failed on the same cell; otherwise an empty string. The
 * line number differs from the row number if there are blank lines or comments.
 */
function readErrorLine(file: SourceFile, message: string, cell: { column: string; value: string }): string {
  const line = lineOfReadError(file, message);
  const same = message.includes(`column "${cell.column}". Could not convert string "${cell.value}"`);
  return line !== undefined && same ? ` (line ${line})` : "";
}

/** Returns the start of a string, which may be megabytes long. */
function shortenReadErrorText(text: string): string {
  if (text.length <= 80) return text;
  return `${text.slice(0, 60).toWellFormed()}... (${text.length.toLocaleString("en")} characters)`;
}

async function cellOfReadError(
  database: Database,
  table: SqlTable,
  numbers: ReadonlySet<string>,
): Promise<{ row: number; column: string; value: string } | undefined> {
  const isText = (name: string): string =>
    `(${duckdbIdentifier(name)} IS NOT NULL AND TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE) IS NULL)`;
  const names = [...numbers];
  const column = names.map((name) => `WHEN ${isText(name)} THEN ${duckdbLiteral(name)}`).join(" ");
  const value = names.map((name) => `WHEN ${isText(name)} THEN CAST(${duckdbIdentifier(name)} AS VARCHAR)`).join(" ");
  const [cell] = await database.rows(
    `SELECT data_row, CASE ${column} END AS name, CASE ${value} END AS value
     FROM (SELECT row_number() OVER () AS data_row, ${names.map(duckdbIdentifier).join(", ")} FROM ${table.source(new Set<string>())})
     WHERE ${names.map(isText).join(" OR ")} ORDER BY data_row LIMIT 1`,
  );
  if (cell === undefined) return undefined;
  return { row: Number(cell.data_row), column: String(cell.name), value: String(cell.value) };
}
