// If a file's clock restarts, finds the column that numbers the recordings: one that changes whenever time runs backwards.

import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";

/** Number of rows to compare, from the top of the file. */
const headRows = 50_000;
/** Maximum number of changes per clock restart. Columns of measured values change more often. Arbitrary. */
const changesPerRestart = 2;

/**
 * @param schema the file's schema, which may lack columns that reading adds or renames
 * @param time a numeric column; no restart column is found for a column of texts
 */
export async function restartColumn(
  database: Database,
  schema: TableSchema,
  time: string,
  unused: readonly string[],
): Promise<string | undefined> {
  const candidates = unused.filter((name) => schema.types.has(name));
  if (!schema.types.has(time)) return undefined;
  const names = candidates.map(duckdbIdentifier);
  const changes = names.map((name, i) => `${name} IS DISTINCT FROM lag(${name}) OVER rows AS c${i}`);
  const counts = names.map(
    (_, i) => `count(*) FILTER (c${i}) AS n${i}, count(*) FILTER (back AND NOT c${i}) AS missed${i}`,
  );
  const [found] = await database.rows(`
    WITH head AS (SELECT *, row_number() OVER () AS restart_row FROM ${schema.source(new Set(), null)} LIMIT ${headRows}),
    steps AS (SELECT ${["TRY_CAST(seconds AS DOUBLE) < lag(TRY_CAST(seconds AS DOUBLE)) OVER rows AS back", ...changes].join(", ")}
      FROM (SELECT *, ${duckdbIdentifier(time)} AS seconds FROM head) WINDOW rows AS (ORDER BY restart_row))
    SELECT ${["count(*) FILTER (back) AS restarts", ...counts].join(", ")} FROM steps`);
  const restarts = Number(found!.restarts);
  const numbering = candidates
    .map((name, i) => ({ name, changes: Number(found![`n${i}`]), missed: Number(found![`missed${i}`]) }))
    .filter(({ changes, missed }) => missed === 0 && changes <= changesPerRestart * restarts)
    .sort((a, b) => a.changes - b.changes);
  return restarts === 0 ? undefined : numbering[0]?.name;
}
