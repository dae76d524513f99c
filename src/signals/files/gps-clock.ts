// Joins the week and the time of week of a GPS receiver into a clock. GPS weeks are counted from 1980-01-06, without leap
// seconds; since 2017, GPS time has been 18 s ahead of UTC.

import { type Database, duckdbIdentifier } from "./duckdb.ts";
import { type ColumnsOfTable, withComputedColumn } from "./split-clock.ts";
import { normaliseUsualColumnName, usualColumnNameWithoutUnit, usualColumnOfRole } from "./usual-column-names.ts";

const weekName = /^(gps)?(week|weekno|weeknumber|wn|wk)$|^gwk$/;
const timeName = /^(gps)?i?(tow|timeofweek|sow|secondsofweek|secofweek)(s|sec|ms)?$|^gms$/;
/** Matches the names of time columns in ms, such as u-blox's iTOW and ArduPilot's GMS. */
const inMilliseconds = /^i|ms$/;

const epoch = 315_964_800;
const leapSeconds = 18;
const weekSeconds = 604_800;
/** Old receivers count weeks modulo 1024; the second such cycle ended in April 2019. */
const weeksOfCycle = 1024;
/** Number of rows at the top of a file used to determine whether the columns belong together. */
const searchedRows = 2000;

/** Adds the joined clock as a column, named after the two columns, unless the table has another clock. */
export async function withGpsClock<Schema extends ColumnsOfTable>(database: Database, schema: Schema): Promise<Schema> {
  const bare = (name: string): string => normaliseUsualColumnName(usualColumnNameWithoutUnit(name));
  const week = schema.names.find((name) => weekName.test(bare(name)));
  const time = schema.names.find((name) => timeName.test(bare(name)));
  if (week === undefined || time === undefined) return schema;
  const other = usualColumnOfRole(
    schema.names.filter((name) => name !== time),
    "time",
  );
  const name = `${week} + ${time} (s)`;
  if (other !== null || schema.names.includes(name)) return schema;
  const [w, t] = [week, time].map((column) => `TRY_CAST(${duckdbIdentifier(column)} AS DOUBLE)`) as [string, string];
  const [found] = await database.rows(
    `SELECT bool_and(coalesce(${w} = floor(${w}) AND ${w} BETWEEN 1 AND 4000, ${w} IS NULL)) AS weeks, max(${w}) AS last_week, min(${t}) AS least, max(${t}) AS most
       FROM (SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})`,
  );
  const most = Number(found!.most);
  const perSecond = inMilliseconds.test(bare(time)) || /ms\W*$/i.test(time) || most > weekSeconds ? 1000 : 1;
  const isInWeek = found!.most !== null && Number(found!.least) >= 0 && most <= weekSeconds * perSecond;
  if (found!.weeks !== true || found!.last_week === null || !isInWeek) return schema;
  const cycles = Number(found!.last_week) < weeksOfCycle ? 2 * weeksOfCycle : 0;
  const sql = `(${epoch - leapSeconds} + ${weekSeconds} * (${w} + ${cycles}) + ${t} / ${perSecond})`;
  return withComputedColumn(schema, name, "DOUBLE", sql);
}
