// Finds the clock by its values if no column is named like one, as in a table that pandas wrote with an unnamed index of times or
// seconds. A column of minutes is a clock if its values are fractions that increase; otherwise, it is part of a time of day.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { aggregatesOfColumns, type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { minutesName, usualColumnOfRole, usualTimeColumns } from "../files/usual-column-names.ts";

const searchedRows = 2000;
/** A column with fewer different values per minute, such as the starts of sessions, is not a clock. */
const fewestPerMinute = 3;
/** The part of a date with a time that all times of one minute share. */
const minuteForm =
  "^\\s*(?:\\d{1,4}[-/. ](?:\\d{1,2}|[A-Za-z]{3,9})[-/. ]\\d{1,4}|\\d{1,2}[A-Za-z]{3}\\d{4}|[A-Za-z]{3,9}\\.? \\d{1,2},? \\d{4})[T ,:@]+\\d{1,2}:\\d{2}";

/** Matches the name that DuckDB or pandas gives to a column without one. */
const unnamedColumn = /^(column\d+|unnamed: *\d+\w*|)$/i;
/** Minimum share of the rows in which an index of times must increase; it may restart with each recording. */
const forwardShare = 0.99;
/** Minimum number of rows for an index of numbers to be taken for times. */
const leastRows = 50;

/** A clock found by its values. */
export interface ClockByValues {
  readonly column: string;
  /** What the column contains, in words. */
  readonly contains: string;
}

/**
 * @returns the only column of dates with times; otherwise, a column of minutes or an unnamed first column whose values are
 * increasing fractions; null if there is none, or if a column is named like a clock
 * @throws UserError if there are several
 */
export async function findClockByValues(
  database: Database,
  file: string,
  schema: TableSchema,
): Promise<ClockByValues | null> {
  const { names, types, source } = schema;
  if (usualColumnOfRole(names, "time") !== null || usualTimeColumns(names).length > 0) return null;
  const possible = names.filter((name) => /^(TIMESTAMP|VARCHAR)/.test(types.get(name) ?? ""));
  const numbered = names.find((name) => minutesName.test(name.trim())) ?? names[0];
  if (possible.length === 0) return findIncreasingFractions(database, numbered, schema);
  const head = `(SELECT * FROM ${source(new Set(), null)} LIMIT ${searchedRows})`;
  const areClocks = await aggregatesOfColumns(database, possible, head, (name) => {
    const text = `CAST(${duckdbIdentifier(name)} AS VARCHAR)`;
    const minute = `regexp_extract(${text}, ${duckdbLiteral(minuteForm)})`;
    return `bool_and(${minute} <> '') AND count(DISTINCT ${text}) >= ${fewestPerMinute} * count(DISTINCT ${minute})`;
  });
  const clocks = possible.filter((_, c) => areClocks[c] === true);
  const [first, ...others] = clocks;
  if (others.length > 0) {
    throw new UserError(`${file}: each of these columns might contain the time of each row: ${clocks.join(", ")}.`, {
      advice: `Choose one, such as ${shellCommand("--time", first!)}`,
    });
  }
  if (first !== undefined) return { column: first, contains: "dates with times" };
  return findIncreasingFractions(database, numbered, schema);
}

/**
 * Returns the column if it has no name or contains minutes, if its values increase from row to row, and if at least half of them
 * are fractions; an index of row numbers has none.
 */
async function findIncreasingFractions(
  database: Database,
  column: string | undefined,
  { types, source }: TableSchema,
): Promise<ClockByValues | null> {
  if (column === undefined || !(unnamedColumn.test(column.trim()) || minutesName.test(column.trim()))) return null;
  // Decimal commas are read only in columns of numbers.
  const numbers = new Set(types.get(column) === "DOUBLE" ? [column] : []);
  const [found] = await database.rows(
    `SELECT count(*) AS rows, count(*) FILTER (v > before) AS forward, count(*) FILTER (v <> floor(v)) AS fractions
     FROM (SELECT v, lag(v) OVER (ORDER BY n) AS before FROM (SELECT row_number() OVER () AS n,
       TRY_CAST(${duckdbIdentifier(column)} AS DOUBLE) AS v FROM (SELECT * FROM ${source(numbers, null)} LIMIT ${searchedRows})))`,
  );
  const [rows, forward, fractions] = [found!.rows, found!.forward, found!.fractions].map(Number);
  const isClock = rows! >= leastRows && forward! >= forwardShare * (rows! - 1) && 2 * fractions! >= rows!;
  return isClock ? { column, contains: "numbers that increase from row to row" } : null;
}
