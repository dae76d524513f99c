// Finds a column that tells recordings apart in a table without times whose row numbers restart with each recording.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { restartColumn } from "./restart-column.ts";

const searchedRows = 50_000;
/** Minimum mean number of rows per recording; shorter stretches are packets of samples. */
const leastRows = 20;
/** Matches the names of columns that may number the rows of a recording. */
const counterName = /count|number|index|sample|step|frame|row|^(no|nr|n|i)$/i;

/**
 * Rejects a table without times in which the rows of several recordings follow each other; otherwise, they would be read as one
 * recording, and windows would contain the end of one and the beginning of the next.
 * @param columns columns without a role
 * @throws UserError if a column with such a name as sample or index counts up by 1 and restarts whenever another column changes
 */
export async function refuseUnnamedRecordings(
  database: Database,
  file: string,
  schema: TableSchema,
  columns: readonly string[],
): Promise<void> {
  const possible = columns.filter((name) => counterName.test(name.trim()) && schema.types.has(name));
  if (possible.length === 0) return;
  const numbers = possible.map((name, c) => `TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE) AS v${c}`);
  const steps = possible.map((_, c) => `v${c} - lag(v${c}) OVER (ORDER BY n) AS d${c}`);
  const counts = possible.map((_, c) => `count(*) FILTER (d${c} = 1) AS o${c}, count(*) FILTER (d${c} < 0) AS r${c}`);
  const [found] = await database.rows(
    `SELECT count(*) AS rows, ${counts.join(", ")} FROM (SELECT ${steps.join(", ")} FROM
       (SELECT row_number() OVER () AS n, ${numbers.join(", ")} FROM (SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})))`,
  );
  const rows = Number(found!.rows);
  for (const [c, counter] of possible.entries()) {
    const [onward, restarts] = [Number(found![`o${c}`]), Number(found![`r${c}`])];
    if (restarts === 0 || onward + restarts !== rows - 1 || rows < leastRows * (restarts + 1)) continue;
    const others = columns.filter((name) => name !== counter);
    const column = await restartColumn(database, schema, counter, others);
    if (column === undefined) continue;
    throw new UserError(
      `${file}: there is no time column, and "${counter}" restarts whenever "${column}" changes, so the rows are probably those of several recordings. They would be read as one.`,
      {
        advice: `If "${column}" distinguishes recordings, add ${shellCommand("--recording", column)}; otherwise, leave "${counter}" out of the file.`,
      },
    );
  }
}
