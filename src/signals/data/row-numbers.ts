// Removes a column called id from a table's schema if it numbers the rows, as in exports from databases and in RealWorld. If it
// were read as the person, every row would become a person.

import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { SourceFile } from "../files/find-files.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import type { ColumnOptions } from "./named-columns.ts";

/** Number of rows to examine, and minimum share of them that must have distinct values. */
const [headRows, leastDifferent] = [1000, 0.9];
const leastRows = 20;

/** @param warn called if a column is left out */
export async function withoutRowNumbers(
  database: Database,
  { path }: Pick<SourceFile, "path">,
  schema: TableSchema,
  options: ColumnOptions,
  warn: (message: string) => void,
): Promise<TableSchema> {
  const name = options.group === undefined ? usualColumnOfRole(schema.names, "group") : null;
  if (name === null || !/^id$/i.test(name.trim())) return schema;
  const id = duckdbIdentifier(name);
  const [found] = await database.rows(
    `SELECT count(*) AS n, count(DISTINCT ${id}) AS different FROM (SELECT ${id} FROM ${schema.source(new Set())} LIMIT ${headRows})`,
  );
  const rows = Number(found!.n);
  if (rows < leastRows || Number(found!.different) < leastDifferent * rows) return schema;
  warn(`${path}: column "${name}" numbers the rows, so it is not read as the person.`);
  return { ...schema, names: schema.names.filter((other) => other !== name) };
}
