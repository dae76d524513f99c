// Finds the clock by its values if no column is named like one, as in a table that pandas wrote with an unnamed index of times.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole, usualTimeColumns } from "../files/usual-column-names.ts";

const searchedRows = 2000;
/** A column with fewer different values per minute, such as the starts of sessions, is not a clock. */
const fewestPerMinute = 3;
/** The part of a date with a time that all times of one minute share. */
const minuteForm =
  "^\\s*(?:\\d{1,4}[-/. ](?:\\d{1,2}|[A-Za-z]{3,9})[-/. ]\\d{1,4}|\\d{1,2}[A-Za-z]{3}\\d{4}|[A-Za-z]{3,9}\\.? \\d{1,2},? \\d{4})[T ,:@]+\\d{1,2}:\\d{2}";

/**
 * @returns the only column of dates with times; null if there is none, or if a column is named like a clock
 * @throws UserError if there are several
 */
export async function findDateTimeColumn(
  database: Database,
  file: string,
  { names, types, source }: TableSchema,
): Promise<string | null> {
  if (usualColumnOfRole(names, "time") !== null || usualTimeColumns(names).length > 0) return null;
  const possible = names.filter((name) => /^(TIMESTAMP|VARCHAR)/.test(types.get(name) ?? ""));
  if (possible.length === 0) return null;
  const facts = possible.map((name, c) => {
    const text = `CAST(${duckdbIdentifier(name)} AS VARCHAR)`;
    const minute = `regexp_extract(${text}, ${duckdbLiteral(minuteForm)})`;
    return `bool_and(${minute} <> '') AND count(DISTINCT ${text}) >= ${fewestPerMinute} * count(DISTINCT ${minute}) AS c${c}`;
  });
  const [found] = await database.rows(
    `SELECT ${facts.join(", ")} FROM (SELECT * FROM ${source(new Set(), null)} LIMIT ${searchedRows})`,
  );
  const clocks = possible.filter((_, c) => found![`c${c}`] === true);
  const [first, ...others] = clocks;
  if (others.length > 0) {
    throw new UserError(`${file}: each of these columns might contain the time of each row: ${clocks.join(", ")}.`, {
      advice: `Choose one, such as ${shellCommand("--time", first!)}`,
    });
  }
  return first ?? null;
}
