// Finds sensors that have a clock of their own next to the one that is read, as in time_acc,ax,ay,az,time_gyr,gx,gy,gz. If they
// run at different rates, the values in one row are not of the same time.

import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { type TimeReading, textClock } from "../files/text-clock.ts";
import { usualTimeColumns } from "../files/usual-column-names.ts";

/** Number of rows at the top of a file in which clocks are compared. */
const searchedRows = 20_000;
const leastRows = 20;
/** Clocks that differ by less than this many usual steps in all rows count as one clock. */
const sameClock = 1;

/** The sensors on one clock. */
export interface SensorsOfClock {
  readonly reading: TimeReading & { readonly column: string };
  readonly channels: readonly string[];
}

/**
 * @param sensors channels to read, by sensor
 * @returns the sensors of each clock, beginning with `time`; null if the clocks agree, or if there is only one
 */
export async function findOwnClocks(
  database: Database,
  file: string,
  schema: TableSchema,
  {
    time,
    sensors,
    format,
  }: {
    time: SensorsOfClock["reading"];
    sensors: readonly (readonly string[])[];
    format: string | undefined;
  },
): Promise<readonly SensorsOfClock[] | null> {
  const clocks = usualTimeColumns(schema.names);
  if (clocks.length < 2 || sensors.length < 2) return null;
  const place = (name: string): number => schema.names.indexOf(name);
  const columnOf = (channels: readonly string[]): string => {
    const first = Math.min(...channels.map(place));
    const before = sensors
      .filter((other) => other !== channels)
      .flat()
      .map(place);
    const near = clocks.filter((name) => place(name) < first).at(-1);
    const isBetween = near !== undefined && before.some((other) => other < place(near));
    return isBetween ? near : time.column;
  };
  const byClock = Map.groupBy(sensors, columnOf);
  if (byClock.size < 2 || !byClock.has(time.column)) return null;
  const found: SensorsOfClock[] = [{ reading: time, channels: byClock.get(time.column)!.flat() }];
  for (const [column, own] of byClock) {
    if (column === time.column) continue;
    const read = await textClock({ database, file, schema, column, warn: () => {} }, format);
    const reading = { ...read, column };
    if (read.numbers !== time.numbers || (await isSameClock(database, schema, time, reading))) {
      found[0] = { reading: time, channels: [...found[0]!.channels, ...own.flat()] };
    } else found.push({ reading, channels: own.flat() });
  }
  return found.length < 2 ? null : found;
}

/** Whether the times in each row are equal, or differ by the same amount throughout. */
async function isSameClock(
  database: Database,
  schema: TableSchema,
  time: SensorsOfClock["reading"],
  other: SensorsOfClock["reading"],
): Promise<boolean> {
  const numbers = new Set([time, other].filter((own) => own.numbers).map(({ column }) => column));
  const sql = (own: SensorsOfClock["reading"]): string =>
    own.isDateTime === true ? `epoch(TRY_CAST(${duckdbIdentifier(own.column)} AS TIMESTAMP))` : own.sql;
  const [found] = await database.rows(
    `SELECT count(*) AS n, max(d) - min(d) AS drift, median(nullif(step, 0)) AS step
       FROM (SELECT b - a AS d, a - lag(a) OVER (ORDER BY n) AS step
               FROM (SELECT row_number() OVER () AS n, ${sql(time)} AS a, ${sql(other)} AS b
                       FROM (SELECT * FROM ${schema.source(numbers, null)} LIMIT ${searchedRows})))
      WHERE d IS NOT NULL`,
  );
  return Number(found!.n) < leastRows || !(Number(found!.drift) > sameClock * Math.abs(Number(found!.step)));
}
