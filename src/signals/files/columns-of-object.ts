// Turns the fields of an object into columns, such as acc_x of {"acc": {"x": 0.1}}.

import { type Database, duckdbIdentifier } from "./duckdb.ts";

/** Whether a DuckDB type is an object, and not a list of objects. */
export function isObjectType(type: string): boolean {
  return /^STRUCT.*\)$/.test(type);
}

/**
 * Returns the fields of a column of objects as SQL columns.
 * @param source the table as SQL
 * @param bare whether the columns are named like the fields, unless the table already has such columns
 */
export async function columnsOfObject(
  database: Database,
  source: string,
  name: string,
  bare: boolean = false,
): Promise<string[]> {
  const column = duckdbIdentifier(name);
  const fields = await database.rows(`DESCRIBE SELECT unnest(${column}) FROM ${source}`);
  const others = bare ? await database.rows(`DESCRIBE SELECT * FROM ${source}`) : [];
  const taken = new Set(others.map(({ column_name: other }) => String(other).toLowerCase()));
  const nameOf = (field: string): string => (bare && !taken.has(field.toLowerCase()) ? field : `${name}_${field}`);
  return fields.map(
    ({ column_name: field }) =>
      `${column}.${duckdbIdentifier(String(field))} AS ${duckdbIdentifier(nameOf(String(field)))}`,
  );
}
