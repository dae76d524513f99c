// Finds sensors that have their own clocks next to the one that is read, as in time_acc,ax,ay,az,time_gyr,gx,gy,gz. If they
// run at different rates, the values in one row were not measured at the same time.

import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { type TimeReading, textClock } from "../files/text-clock.ts";
import { usualTimeColumns } from "../files/usual-column-names.ts";

/** Clocks are compared in at most this many of a file's first rows. */
const searchedRows = 20_000;
const leastRows = 20;
/** Clocks whose difference varies by at most this many usual steps count as one clock. */
const sameClock = 1;
/** Clocks whose durations differ by a larger factor count in different units. */
export const mostDurationRatio = 30;

/** The sensors on one clock. */
export interface SensorsOfClock {
  readonly reading: TimeReading & { readonly column: string };
  readonly channels: readonly string[];
}

/**
 * @param sensors channels to read, by sensor
 * @param keys columns whose values must be equal in rows of one recording
 * @param warn called if clocks drift apart, but cannot be compared
 * @returns the sensors of each clock, beginning with `time`; null if the clocks agree, or if no others can be compared with it
 */
export async function findOwnClocks(
  database: Database,
  file: string,
  schema: TableSchema,
  {
    time,
    sensors,
    keys,
    format,
    warn,
  }: {
    time: SensorsOfClock["reading"];
    sensors: readonly (readonly string[])[];
    keys: readonly string[];
    format: string | undefined;
    warn: (message: string) => void;
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
    const relation =
      read.numbers === time.numbers ? await relationOfClocks(database, schema, [time, reading], keys) : "same";
    if (relation === "other") found.push({ reading, channels: own.flat() });
    else found[0] = { reading: time, channels: [...found[0]!.channels, ...own.flat()] };
    if (relation === "unrelated")
      warn(
        `${file}: columns "${time.column}" and "${column}" have no time in common, so all values in a row are read as if they had been recorded at the same time. If they were not, write each sensor to its own file.`,
      );
  }
  return found.length < 2 ? null : found;
}

/**
 * Compares the times that two clocks give each row. They are the same if they differ by the same amount throughout, or seem to
 * have different units; if they differ by changing amounts, they are unrelated unless they cover the same times.
 */
async function relationOfClocks(
  database: Database,
  schema: TableSchema,
  [time, other]: readonly [SensorsOfClock["reading"], SensorsOfClock["reading"]],
  keys: readonly string[],
): Promise<"same" | "other" | "unrelated"> {
  const numbers = new Set([time, other].filter((own) => own.numbers).map(({ column }) => column));
  const sql = (own: SensorsOfClock["reading"]): string =>
    own.isDateTime === true ? `epoch(TRY_CAST(${duckdbIdentifier(own.column)} AS TIMESTAMP))` : own.sql;
  const key = `concat_ws(chr(31), ${["''", ...keys.map(duckdbIdentifier)].join(", ")})`;
  const recordings = await database.rows(
    `SELECT max(b - a) - min(b - a) AS drift, median(nullif(step, 0)) AS step,
            max(a) >= min(b) AND max(b) >= min(a) AS overlap, (max(b) - min(b)) / (max(a) - min(a)) AS ratio
       FROM (SELECT *, a - lag(a) OVER (PARTITION BY k ORDER BY n) AS step
               FROM (SELECT row_number() OVER () AS n, ${key} AS k, ${sql(time)} AS a, ${sql(other)} AS b
                       FROM (SELECT * FROM ${schema.source(numbers, null)} LIMIT ${searchedRows})))
      WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY k HAVING count(*) >= ${leastRows}`,
  );
  const haveSameUnit = recordings.every(
    ({ ratio }) => Number(ratio) < mostDurationRatio && Number(ratio) > 1 / mostDurationRatio,
  );
  const drift = recordings.some(({ drift, step }) => Number(drift) > sameClock * Math.abs(Number(step)));
  if (!haveSameUnit || !drift) return "same";
  return recordings.every(({ overlap }) => overlap === true) ? "other" : "unrelated";
}
