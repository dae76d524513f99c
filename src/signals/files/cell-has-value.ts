// Conditions in SQL that hold for cells with a value.

import { duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { missingMarks } from "./table-limits.ts";

/** The start of a cell as text. A cell may hold megabytes, which LIMIT and trim would copy. */
export function startOfCell(name: string): string {
  return `left(CAST(${duckdbIdentifier(name)} AS VARCHAR), 100)`;
}

/**
 * Holds for a text that does not mark a missing value. DuckDB would turn IN with many constants into a join, and the joins of
 * 40 columns exceed its memory limit.
 * @param text an expression in SQL, such as `startOfCell` returns
 */
export function cellHasValue(text: string): string {
  const marks = missingMarks.map(duckdbLiteral).join(", ");
  return `(NOT list_contains([${marks}], trim(${text}))) IS TRUE`;
}

/**
 * The same at a fraction of the cost, for a column in which DuckDB's sniffer found only numbers: there, marks of missing values
 * are NULL. In Parquet, they may be NaN.
 */
export function cellHasNumber(text: string): string {
  return `(${text} <> 'nan') IS TRUE`;
}

/** Whether a column's type is numeric. */
export function isNumberCellType(type: string | undefined): boolean {
  return type !== undefined && /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(type);
}
