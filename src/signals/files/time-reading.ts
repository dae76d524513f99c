// How a column of times is read, and queries on its cells.

import { DataFault } from "../../data-fault.ts";
import { type Database, duckdbIdentifier } from "./duckdb.ts";
import type { TableSchema } from "./table-schema.ts";
import type { DateOrder } from "./time-forms.ts";

/** Describes how the time column of one file is read. */
export interface TimeReading {
  /** An SQL expression for seconds or, if `numbers` is true, for the column's own numbers. */
  readonly sql: string;
  /** Whether the times are numbers whose unit has yet to be determined. */
  readonly numbers: boolean;
  /** Whether the times are on a local clock, without an offset from UTC. */
  readonly local: boolean;
  /** Whether DuckDB reads the column as a date-time. */
  readonly isDateTime?: true;
  /** Order of day, month and year in dates that consist of numbers; undefined if the month is a name or the year comes first. */
  readonly order?: DateOrder;
  /** Whether the dates leave the order of day and month open. */
  readonly isOrderAssumed?: true;
  /** Seconds after which a clock without a date restarts. */
  readonly wrapsAfter?: number;
}

/** A text column to read as times. */
export interface ReadingText {
  readonly database: Database;
  readonly file: string;
  readonly schema: TableSchema;
  readonly column: string;
  /** Order of day and month in other files, for dates that could have either order. */
  readonly order?: DateOrder | undefined;
  readonly warn: (message: string) => void;
}

export async function timeReadingRows(
  { database, schema, column }: ReadingText,
  select: string,
  where = `${duckdbIdentifier(column)} IS NOT NULL`,
): Promise<Record<string, unknown>[]> {
  return database.rows(`${select} FROM ${schema.source(new Set(), null)} WHERE ${where}`);
}

export function timeReadingFault(of: ReadingText, expected: string, found: string, advice: string): DataFault {
  const { file, column } = of;
  const message = `${file}: column "${column}": expected ${expected}, found ${found}.`;
  return new DataFault({ code: "schema", message, advice, file, column, expected, found });
}
