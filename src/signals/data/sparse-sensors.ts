// Finds sensors that have values in only some of a table's rows: one sensor per row, as in an event log, or sensors with
// different rates in one table, such as an accelerometer and an EMG. The rows of each sensor must be evenly spaced, or each row
// must belong to one sensor; otherwise, values are missing and the table is rejected for that reason. Even the axes of a sensor
// may be in different rows: Science Journal gives each axis its own time, and these often differ by a millisecond.

import { cellHasNumber, cellHasValue, isNumberCellType, startOfCell } from "../files/cell-has-value.ts";
import type { Database } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { exceedsGateLimit, missingShareLimit } from "./gate-limits.ts";

/** Number of rows to search at the top of a file. */
const searchedRows = 50_000;
const leastRows = 20;
/**
 * Maximum number of sensors; a table with more sensors contains features rather than samples, and the query would fill the
 * memory.
 */
const mostSensors = 100;
/** Minimum share of the rows with values in which only one sensor has any, for each row to count as belonging to one sensor. */
const singleShare = 0.9;
/**
 * A sensor's rows are evenly spaced if at least `share` of the distances between them differ from the median distance by at
 * most a fraction `within`.
 */
const regular = { share: 0.8, within: 0.5 } as const;

export interface SparseSensors {
  /** Sensors from `sensors`, each with the SQL condition that selects its rows. */
  readonly parts: readonly { readonly channels: readonly string[]; readonly rows: string }[];
  /** Whether each row belongs to one sensor. */
  readonly single: boolean;
}

/**
 * @param sensors channels to read, by sensor
 * @returns null if all sensors have values in nearly all rows, if values are missing irregularly, or if there are too many
 * sensors or too few rows
 */
export async function findSparseSensors(
  database: Database,
  schema: TableSchema,
  sensors: readonly (readonly string[])[],
): Promise<SparseSensors | null> {
  if (sensors.length === 0 || sensors.length > mostSensors) return null;
  const exactly = (name: string): string => cellHasValue(startOfCell(name));
  const has = (name: string): string =>
    isNumberCellType(schema.types.get(name)) ? cellHasNumber(name) : exactly(name);
  const filledBy = (test: (name: string) => string) =>
    sensors.map((channels) => `(${channels.map(test).join(" AND ")})`);
  const filled = filledBy(has);
  const partly = sensors.map((channels, s) => `((${channels.map(has).join(" OR ")}) AND NOT ${filled[s]})`);
  const columns = filled.map((own, s) => `${own} AS f${s}, ${partly[s]} AS p${s}`);
  const head = `(SELECT row_number() OVER () AS n, ${columns.join(", ")} FROM (SELECT * FROM ${schema.source(new Set())} LIMIT ${searchedRows}))`;
  const count = sensors.map((_, s) => `CAST(f${s} AS INTEGER)`).join(" + ");
  const counts = sensors.map((_, s) => `count(*) FILTER (f${s}) AS f${s}, count(*) FILTER (p${s}) AS p${s}`);
  const [facts] = await database.rows(
    `SELECT count(*) FILTER (${count} > 0) AS some, count(*) FILTER (${count} = 1) AS single, ${counts.join(", ")} FROM ${head}`,
  );
  const number = (name: string): number => Number(facts![name]);
  const some = Math.max(number("some"), 1);
  const rows = sensors.length === 1 ? await countSparseRows(database, head) : some;
  const isWhole = (s: number): boolean => !exceedsGateLimit(rows - number(`f${s}`), missingShareLimit * rows);
  const sparse = sensors.map((_, s) => s).filter((s) => !isWhole(s));
  if (sparse.length === 0) return null;
  const isPartly = (s: number): boolean => exceedsGateLimit(number(`p${s}`), missingShareLimit * rows);
  if (sensors.some((_, s) => isPartly(s))) return staggeredAxes(database, schema, sensors, isPartly);
  if (sensors.some((_, s) => number(`f${s}`) < leastRows)) return null;
  const single = sensors.length > 1 && number("single") >= singleShare * some;
  if (!single) for (const s of sparse) if (!(await areSparseRowsRegular(database, head, s))) return null;
  const rowsOfSensor = filledBy(exactly);
  return { parts: sensors.map((channels, s) => ({ channels, rows: rowsOfSensor[s]! })), single };
}

async function countSparseRows(database: Database, head: string): Promise<number> {
  const [counted] = await database.rows(`SELECT count(*) AS rows FROM ${head}`);
  return Number(counted!.rows);
}

/**
 * Whether the rows of a sensor are evenly spaced, with other rows between them. If its rows are not evenly spaced, the sensor
 * should have a value in every row, so some values are missing.
 */
async function areSparseRowsRegular(database: Database, head: string, s: number): Promise<boolean> {
  const steps = `(SELECT n - lag(n) OVER (ORDER BY n) AS d FROM ${head} WHERE f${s})`;
  const [found] = await database.rows(
    `SELECT m, count(*) AS steps, count(*) FILTER (abs(d - m) <= ${regular.within} * m) AS near
     FROM ${steps}, (SELECT median(d) AS m FROM ${steps}) WHERE d IS NOT NULL GROUP BY m`,
  );
  return found !== undefined && Number(found.m) >= 2 && Number(found.near) >= regular.share * Number(found.steps);
}

/** Maximum number of values by which an axis may lead or lag behind another; lost values would add up to more. */
const mostAhead = 3;
/**
 * Minimum share of the rows with all axes in which no axis is ahead, because the other axes' values have followed. A value that
 * was lost never follows.
 */
const leastLevel = 0.98;
const leastStaggered = 100;

/**
 * Splits sensors whose axes take turns into their axes, each of which is then read like a sensor of its own.
 * @param isPartly whether the sensor at this position has values for only some of its axes in many rows
 * @returns null if the axes of such a sensor do not take turns, so some of their values are missing
 */
async function staggeredAxes(
  database: Database,
  schema: TableSchema,
  sensors: readonly (readonly string[])[],
  isPartly: (sensor: number) => boolean,
): Promise<SparseSensors | null> {
  for (const [s, axes] of sensors.entries())
    if (isPartly(s) && !(await doAxesTakeTurns(database, schema, axes))) return null;
  const own = sensors.flatMap((axes, s) => (isPartly(s) ? axes.map((name) => [name]) : [axes]));
  const parts = own.map((channels) => ({
    channels,
    rows: `(${channels.map((name) => cellHasValue(startOfCell(name))).join(" AND ")})`,
  }));
  return { parts, single: false };
}

async function doAxesTakeTurns(database: Database, schema: TableSchema, axes: readonly string[]): Promise<boolean> {
  const has = axes.map((name, a) => `CAST(${cellHasNumber(name)} AS INTEGER) AS h${a}`);
  const head = `(SELECT row_number() OVER () AS n, ${has.join(", ")} FROM (SELECT * FROM ${schema.source(new Set())} LIMIT ${searchedRows}))`;
  const sums = axes.map((_, a) => `sum(h${a}) OVER (ORDER BY n ROWS UNBOUNDED PRECEDING) AS s${a}`);
  const ahead = axes.map((_, a) => `max(s${a} - s0) - min(s${a} - s0) AS d${a}`);
  const isWhole = axes.map((_, a) => `h${a} = 1`).join(" AND ");
  const isLevel = axes.map((_, a) => `s${a} = s0`).join(" AND ");
  const [found] = await database.rows(
    `SELECT max(s0) AS values, count(*) FILTER (${isWhole}) AS whole, count(*) FILTER (${isWhole} AND ${isLevel}) AS level, ${ahead.join(", ")}
       FROM (SELECT *, ${sums.join(", ")} FROM ${head})`,
  );
  const { values, whole, level } = found!;
  return (
    Number(values) >= leastStaggered &&
    Number(level) >= leastLevel * Number(whole) &&
    axes.every((_, a) => Number(found![`d${a}`]) <= mostAhead)
  );
}
