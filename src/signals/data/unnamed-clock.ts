// Finds a column that increases from row to row like a time but is not named like one.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";

const searchedRows = 2000;
const leastRows = 50;
/** Minimum share of the rows in which a clock must increase; it may restart with each recording. */
const forwardShare = 0.99;
/** Matches the names of counts of rows or packets, which are not times. */
const countName = /count|packet|seq|index|sample|row|frame|number|^(no|nr|n|i|id|unnamed.*|column\d+)?$/i;

/**
 * Rejects a file in which a column without a role looks like a clock; otherwise, a rate would be assumed even though the file
 * contains the times.
 * @param columns columns without a role
 * @throws UserError if a column increases in nearly all rows, but not nearly always by 1
 */
export async function refuseUnnamedClock(
  database: Database,
  file: string,
  schema: TableSchema,
  columns: readonly string[],
): Promise<void> {
  const axes = new Set(sensorsByName(columns).flatMap(({ channels }) => [...channels]));
  const possible = columns.filter((name) => !axes.has(name) && !countName.test(name.trim()));
  if (possible.length === 0) return;
  const numbers = possible.map((name, c) => `TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE) AS v${c}`);
  const steps = possible.map((_, c) => `v${c} - lag(v${c}) OVER (ORDER BY n) AS d${c}`);
  const counts = possible.map((_, c) => `count(*) FILTER (d${c} > 0) AS f${c}, count(*) FILTER (d${c} = 1) AS o${c}`);
  // Only as numbers are decimal commas read.
  const decimals = new Set(possible.filter((name) => schema.types.get(name) === "DOUBLE"));
  const [found] = await database.rows(
    `SELECT count(*) AS rows, ${counts.join(", ")} FROM (SELECT ${steps.join(", ")} FROM
       (SELECT row_number() OVER () AS n, ${numbers.join(", ")} FROM (SELECT * FROM ${schema.source(decimals, null)} LIMIT ${searchedRows})))`,
  );
  const rows = Number(found!.rows) - 1;
  if (rows < leastRows) return;
  const clock = possible.find(
    (_, c) => Number(found![`f${c}`]) >= forwardShare * rows && Number(found![`o${c}`]) < forwardShare * rows,
  );
  if (clock === undefined) return;
  throw new UserError(
    `${file}: no column has a name that suggests a time, but the values of "${clock}" increase from row to row, as times do.`,
    {
      advice: `Specify the column: ${shellCommand("--time", clock)}. If the column does not contain times, remove it from the file; rows are then assumed to be recorded at --rate per second.`,
    },
  );
}
