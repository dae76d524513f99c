// Joins the sensors worn by one person by time. The rows of the first sensor are not changed. The values of every other sensor
// are interpolated between its two nearest rows, which must be at most three of its median steps apart. At either end of a
// recording, a single row at most half a step away suffices. Rows of the first sensor that have no sufficiently close rows of
// another sensor are left out and counted. If several rows of a sensor share a time because the clock is coarse, or arrive in
// packets, the join spreads their times evenly up to the next time or packet; the stored times do not change.

import { counted } from "../../counted.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import { repeatedTimeShareLimit } from "./gate-limits.ts";
import { gapPeriods } from "./sampling.ts";
import { packetFactor, packetValueChange } from "./spread-times.ts";

/** Maximum distance between rows that share a time or a packet before a pause, in usual steps. */
const longestStep = 1.35;
/** Steps above this quantile are pauses, which say nothing about packets. */
const pauseQuantile = 0.99;

/** One sensor's table, as SQL. */
export interface JoinedPart {
  readonly sql: string;
  /**
   * SQL expression for the time as a number, in a unit that all parts share; null if the rows of a recording are matched by
   * position.
   */
  readonly time: string | null;
  /** Columns to interpolate, each with its name in the joined table. */
  readonly channels: readonly (readonly [column: string, name: string])[];
}

/**
 * Writes the joined table as Parquet.
 * @param keys columns whose values must be equal in rows that belong together; null counts as a value
 * @param kept other columns of the first part, which are copied unchanged
 * @returns a sentence about the rows of the first sensor that were left out; empty if there are none
 */
export async function joinByTime(
  database: Database,
  parts: readonly JoinedPart[],
  { keys, kept, out }: { keys: readonly string[]; kept: readonly string[]; out: string },
): Promise<string> {
  await database.rows(`SET temp_directory = ${duckdbLiteral(`${out}.parts`)}`);
  const key = keys.length === 0 ? "''" : keys.map(textToJoinBy).join(" || chr(31) || ");
  for (const [p, { sql, time, channels }] of parts.entries()) {
    const values = channels.map(([column], c) => `CAST(${duckdbIdentifier(column)} AS DOUBLE) AS v${c}`);
    const others = p === 0 ? [...new Set([...keys, ...kept])].map(duckdbIdentifier) : [];
    const columns = ["row_number() OVER () AS n", `${key} AS k`, ...others, ...values];
    if (time === null) {
      const ordinal = "CAST(row_number() OVER (PARTITION BY k ORDER BY n) AS DOUBLE) AS t";
      await database.rows(
        `CREATE OR REPLACE TEMP TABLE joined_${p} AS SELECT *, ${ordinal} FROM (SELECT ${columns.join(", ")} FROM ${sql})`,
      );
      continue;
    }
    await database.rows(
      `CREATE OR REPLACE TEMP TABLE joined_${p} AS SELECT CAST(${time} AS DOUBLE) AS t, ${columns.join(", ")} FROM ${sql}`,
    );
  }
  if (parts[0]!.time !== null) await spreadTimesToJoin(database, parts);
  const select = [...new Set([...keys, ...kept])].map((name) => `a.${duckdbIdentifier(name)}`);
  const joins: string[] = [];
  const near: string[] = [];
  select.push(...parts[0]!.channels.map(([, name], c) => `a.v${c} AS ${duckdbIdentifier(name)}`));
  for (const [p, { channels }] of parts.entries()) {
    if (p === 0) continue;
    const [step] = await database.rows(
      `SELECT median(d) AS step FROM (SELECT t - lag(t) OVER (PARTITION BY k ORDER BY t) AS d FROM joined_${p}) WHERE d > 0`,
    );
    const tolerance = gapPeriods * Number(step?.step ?? 0) * (1 + 1e-6);
    joins.push(`ASOF LEFT JOIN joined_${p} AS b${p} ON a.k = b${p}.k AND a.t >= b${p}.t`);
    joins.push(`ASOF LEFT JOIN joined_${p} AS c${p} ON a.k = c${p}.k AND a.t <= c${p}.t`);
    const half = tolerance / gapPeriods / 2;
    near.push(`coalesce(c${p}.t - b${p}.t <= ${tolerance}, c${p}.t - a.t <= ${half}, a.t - b${p}.t <= ${half}, false)`);
    for (const [c, [, name]] of channels.entries()) {
      const [before, after] = [`b${p}.v${c}`, `c${p}.v${c}`];
      const between = `${before} + (${after} - ${before}) * (a.t - b${p}.t) / (c${p}.t - b${p}.t)`;
      // At an end of a recording, only one of the two adjacent rows exists; missing values within a row are not replaced.
      const value = `CASE WHEN c${p}.t IS NULL OR b${p}.t = c${p}.t THEN ${before} WHEN b${p}.t IS NULL THEN ${after} ELSE ${between} END`;
      select.push(`${value} AS ${duckdbIdentifier(name)}`);
    }
  }
  const joined = `FROM joined_0 AS a ${joins.join(" ")} WHERE ${["true", ...near].join(" AND ")}`;
  await database.rows(
    `COPY (SELECT ${select.join(", ")} ${joined} ORDER BY a.n) TO ${duckdbLiteral(out)} (FORMAT parquet)`,
  );
  const [counts] = await database.rows(
    `SELECT (SELECT count(*) FROM joined_0) AS whole, (SELECT count(*) FROM read_parquet(${duckdbLiteral(out)})) AS kept`,
  );
  for (const p of parts.keys()) await database.rows(`DROP TABLE joined_${p}`);
  const rows = Number(counts!.whole);
  const without = rows - Number(counts!.kept);
  const [have, are] = without === 1 ? ["has", "is"] : ["have", "are"];
  return without === 0
    ? ""
    : ` ${counted(without, "row")} of ${rows.toLocaleString("en")} ${have} no counterpart and ${are} left out.`;
}

/**
 * Spreads rows that share a time or a packet up to the next one; a few rows that share a time count as duplicates. As in
 * spread-times.ts, the values of all parts together must confirm packets.
 */
async function spreadTimesToJoin(database: Database, parts: readonly JoinedPart[]): Promise<void> {
  const found: StepsToJoin[] = [];
  for (const [p, { channels }] of parts.entries())
    found.push(await describeStepsToJoin(database, `joined_${p}`, channels.length));
  const sum = (of: (steps: StepsToJoin) => number): number => found.reduce((total, steps) => total + of(steps), 0);
  const areConfirmed = sum(({ across }) => across) <= packetValueChange * sum(({ within }) => within);
  for (const [p, { packets, equal }] of found.entries()) {
    const longest = packets !== null && areConfirmed ? packets : equal;
    if (longest !== null) await spreadGroupsToJoin(database, `joined_${p}`, longest);
  }
}

/** @param longest maximum step between rows of one group */
async function spreadGroupsToJoin(database: Database, table: string, longest: number): Promise<void> {
  const numbered = `(SELECT *, sum(CASE WHEN d <= ${longest} THEN 0 ELSE 1 END) OVER (PARTITION BY k ORDER BY t, n) AS g FROM (SELECT *, ${stepToJoin} AS d FROM ${table}))`;
  const groups = `(SELECT k, g, begins, c, lead(begins) OVER (PARTITION BY k ORDER BY g) - begins AS room FROM (SELECT k, g, min(t) AS begins, count(*) AS c FROM ${numbered} GROUP BY k, g))`;
  const [usual] = await database.rows(`SELECT median(room / c) AS step FROM ${groups}`);
  const step = Number(usual!.step);
  if (!(step > 0)) return;
  await database.rows(
    `CREATE OR REPLACE TEMP TABLE ${table} AS
       SELECT one.* EXCLUDE (d, g) REPLACE (begins + least(coalesce(room / c, ${step}), ${longestStep} * ${step}) * (row_number() OVER (PARTITION BY one.k, one.g ORDER BY one.t, n) - 1) AS t)
       FROM ${numbered} AS one JOIN ${groups} AS groups ON one.k = groups.k AND one.g = groups.g`,
  );
}

/** Steps between the rows of a part. */
interface StepsToJoin {
  /** Maximum step within packets; null if rows do not seem to arrive in packets. */
  readonly packets: number | null;
  /** 0 if more rows share a time than duplicates explain; otherwise null. */
  readonly equal: 0 | null;
  /** Mean change of the values from one packet to the next, and within packets; 0 if there are no packets. */
  readonly across: number;
  readonly within: number;
}

async function describeStepsToJoin(database: Database, table: string, channels: number): Promise<StepsToJoin> {
  const steps = `(SELECT *, ${stepToJoin} AS d FROM ${table})`;
  const [facts] = await database.rows(
    `SELECT count(d) AS steps, count(*) FILTER (d = 0) AS equal, median(d) AS median, avg(d) FILTER (d <= q) AS mean
       FROM ${steps}, (SELECT quantile_cont(d, ${pauseQuantile}) AS q FROM ${steps})`,
  );
  const [median, mean] = [Number(facts!.median), Number(facts!.mean)];
  const equal = Number(facts!.equal) > repeatedTimeShareLimit * Number(facts!.steps) ? 0 : null;
  if (channels === 0 || median === 0 || !(mean > packetFactor * median))
    return { packets: null, equal, across: 0, within: 0 };
  const changes = Array.from(
    { length: channels },
    (_, c) => `abs(v${c} - lag(v${c}) OVER (PARTITION BY k ORDER BY t, n))`,
  );
  const [change] = await database.rows(
    `SELECT avg(change) FILTER (d > ${mean}) AS across, avg(change) FILTER (d <= ${mean}) AS within
       FROM (SELECT ${stepToJoin} AS d, ${changes.join(" + ")} AS change FROM ${table})`,
  );
  return { packets: mean, equal, across: Number(change!.across), within: Number(change!.within) };
}

/** SQL for the time since the previous row. */
const stepToJoin = "t - lag(t) OVER (PARTITION BY k ORDER BY t, n)";

function textToJoinBy(column: string): string {
  return `coalesce(CAST(${duckdbIdentifier(column)} AS VARCHAR), '')`;
}
