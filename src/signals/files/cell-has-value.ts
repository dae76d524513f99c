// SQL conditions that hold for cells that have a value.

import { duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { missingMarks } from "./table-limits.ts";

/**
 * Returns an SQL expression for the start of a cell as text. A cell may contain megabytes, all of which LIMIT and trim would
 * copy.
 */
export function startOfCell(name: string): string {
  return `left(CAST(${duckdbIdentifier(name)} AS VARCHAR), 100)`;
}

/**
 * Returns a condition that holds for a string unless it stands for a missing value. DuckDB would turn IN with many constants
 * into a join, and joins over 40 columns would exceed its memory limit.
 * @param text an SQL expression, such as the one returned by `startOfCell`
 */
export function cellHasValue(text: string): string {
  const marks = missingMarks.map(duckdbLiteral).join(", ");
  return `(NOT list_contains([${marks}], trim(${text}))) IS TRUE`;
}

/**
 * Returns a cheaper equivalent of `cellHasValue` for a column in which DuckDB's sniffer found only numbers, so that
 * missing-value markers are NULL. In Parquet, missing values may be NaN.
 */
export function cellHasNumber(name: string): string {
  return `(CAST(${duckdbIdentifier(name)} AS VARCHAR) <> 'nan') IS TRUE`;
}

/** Whether a column's type is numeric. */
export function isNumberCellType(type: string | undefined): boolean {
  return type !== undefined && /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(type);
}
