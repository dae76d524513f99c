// Removes a column called id from a table's schema if it numbers the rows, as in exports from databases and in RealWorld, or
// consecutive pieces of one recording. If it were read as the person, every row or piece would become a person.

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
  if (rows < leastRows) return schema;
  if (Number(found!.different) < leastDifferent * rows) {
    const clock = usualColumnOfRole(schema.names, "time");
    if (clock === null || !(await isNumberOfPieces(database, schema, id, clock))) return schema;
    warn(
      `${path}: column "${name}" numbers pieces of recordings, because time runs on from each number to the next, so it is not read as the person. If it is the person, add --group ${name}.`,
    );
    return { ...schema, names: schema.names.filter((other) => other !== name) };
  }
  warn(`${path}: column "${name}" numbers the rows, so it is not read as the person.`);
  return { ...schema, names: schema.names.filter((other) => other !== name) };
}

/** Number of rows to search for the ends of pieces, and minimum number of ends. */
const [searchedRows, leastPieces] = [20_000, 8];
/** Maximum mean number of rows of a piece; people have longer recordings. */
const longestPiece = 512;
/** Minimum share of the ends at which time must run on, and the longest such step, in median steps. */
const [runningShare, longestStep] = [0.9, 2];

/** Whether each value occurs in consecutive rows only, and time runs on from each value to the next. */
async function isNumberOfPieces(database: Database, schema: TableSchema, id: string, clock: string): Promise<boolean> {
  const time = `TRY_CAST(${duckdbIdentifier(clock)} AS DOUBLE)`;
  const [found] = await database.rows(
    `WITH head AS (SELECT row_number() OVER () AS n, ${id} AS id, ${time} AS t FROM ${schema.source(new Set())} LIMIT ${searchedRows}),
       steps AS (SELECT *, t - lag(t) OVER (ORDER BY n) AS step, lag(id) OVER (ORDER BY n) AS before FROM head)
     SELECT count(*) AS rows, count(DISTINCT id) AS ids, count(*) FILTER (id <> before) AS ends,
       count(*) FILTER (id <> before AND step > 0 AND step <= ${longestStep} * (SELECT median(step) FROM steps)) AS running FROM steps`,
  );
  const [rows, ids, ends, running] = ["rows", "ids", "ends", "running"].map((key) => Number(found![key])) as [
    number,
    number,
    number,
    number,
  ];
  return rows <= longestPiece * ids && ends >= leastPieces && ids === ends + 1 && running >= runningShare * ends;
}
