// Compares a clock whose unit was inferred from its steps, or comes only from the column's name, with a second clock in the
// same file whose unit is known. Some devices count in ticks of 8 or 10 ms, or of 1/1024 s, which yield a plausible rate when
// read as milliseconds; recording apps often write their own time alongside this count.

import { DataFault } from "../../data-fault.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import { isDateTimeInSchema, type TableSchema } from "../files/table-schema.ts";
import { textClock } from "../files/text-clock.ts";
import { usualTimeColumns } from "../files/usual-column-names.ts";
import { type steppedUnits, timeUnitInName, unitsPerSecond } from "./time-unit.ts";

/** Clocks whose durations differ by more than this factor contradict each other. */
const mostFactor = 1.3;
/** Usual numbers of ticks per second; a clock within this relative tolerance of one of them counts such ticks. */
const usualParts = [32_768, 1024, 128, 256, 512, 100, 50, 250];
const partTolerance = 0.004;
/** Number of rows to compare, from the top of a file. */
const searchedRows = 5000;
/**
 * A column is compared only if at least `forwardShare` of its rows do not go back, and if it spans at least `leastSeconds` in at
 * least `leastRows` rows.
 */
const [forwardShare, leastSeconds, leastRows] = [0.99, 5, 50];

/**
 * @param unit unit of the time column
 * @param because whether the unit comes from the column's name, in which case a contradiction causes only a warning, or was
 * inferred from the steps
 * @param unused columns without a role
 * @throws DataFault if the two clocks give different durations and the unit was inferred from steps
 */
export async function refuseOtherPace(
  database: Database,
  {
    file,
    schema,
    time,
    unit,
    because,
  }: {
    file: string;
    schema: TableSchema;
    time: string;
    unit: (typeof steppedUnits)[number];
    because: "name" | "steps";
  },
  { unused, warn }: { unused: readonly string[]; warn: (message: string) => void },
): Promise<void> {
  const own = `TRY_CAST(${duckdbIdentifier(time)} AS DOUBLE) / ${unitsPerSecond[unit]}`;
  for (const name of usualTimeColumns(unused)) {
    const other = await secondsAtOtherPace(database, file, schema, name);
    if (other === undefined) continue;
    const source = schema.source(new Set(), other.isDateTime ? name : null);
    const [found] = await database.rows(
      `SELECT count(*) AS rows, count(*) FILTER (b >= before) AS forwards, max(a) - min(a) AS own, max(b) - min(b) AS other,
         min(b - before) FILTER (b > before) AS step
       FROM (SELECT a, b, lag(b) OVER (ORDER BY n) AS before FROM
         (SELECT row_number() OVER () AS n, ${own} AS a, ${other.sql} AS b FROM (SELECT * FROM ${source} LIMIT ${searchedRows})))`,
    );
    const [rows, forwards, lasts, otherLasts, step] = ["rows", "forwards", "own", "other", "step"].map((key) =>
      Number(found![key]),
    );
    if (!(rows! >= leastRows && forwards! >= forwardShare * (rows! - 1) && otherLasts! >= leastSeconds && lasts! > 0))
      continue;
    const factor = otherLasts! / lasts!;
    const isFine = step! < (partTolerance / 2) * otherLasts!;
    const parts = usualParts.find(
      (count) => isFine && Math.abs(unitsPerSecond[unit] / factor / count - 1) <= partTolerance,
    );
    if (factor <= mostFactor && factor >= 1 / mostFactor && parts === undefined) continue;
    const tick =
      parts === undefined ? `${Number(((1000 / unitsPerSecond[unit]) * factor).toPrecision(2))}ms` : `1/${parts}s`;
    const [here, there] = [lasts!, otherLasts!].map((seconds) => `${Number(seconds.toPrecision(3))} s`);
    const difference = `${rows!.toLocaleString("en")} rows last ${here}, and by column "${name}" they last ${there}.`;
    const advice = `Specify what the numbers mean, for example with --time-unit ${tick}, or use the other column with ${shellCommand("--time", name)}`;
    if (because === "name") {
      warn(`${file}: column "${time}" is in ${unit}, judging by its name, but then ${difference} ${advice}`);
      return;
    }
    throw new DataFault({
      code: "sampling_rate",
      message: `${file}: column "${time}" would be in ${unit}, judging by its steps, but then ${difference}`,
      advice,
      file,
      column: time,
      expected: "clocks that agree",
      found: `${here} and ${there}`,
    });
  }
}

/**
 * Returns an SQL expression for the clock in seconds, if the column contains dates or times of day or has a unit in its name;
 * otherwise undefined.
 */
async function secondsAtOtherPace(
  database: Database,
  file: string,
  schema: TableSchema,
  column: string,
): Promise<{ sql: string; isDateTime: boolean } | undefined> {
  const unit = timeUnitInName(column);
  const reading = await textClock({ database, file, schema, column, warn: () => {} }, undefined).catch(() => undefined);
  if (reading === undefined || (reading.numbers && unit === undefined)) return undefined;
  if (!reading.numbers) return { sql: reading.sql, isDateTime: isDateTimeInSchema(schema.types.get(column) ?? "") };
  return { sql: `TRY_CAST(${duckdbIdentifier(column)} AS DOUBLE) / ${unitsPerSecond[unit!]}`, isDateTime: false };
}
