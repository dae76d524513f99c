// Joins the sensors worn by one person by time. The rows of the first sensor are not changed. The values of every other sensor
// are interpolated between its two nearest rows, which must be at most three of its median steps apart. At either end of a
// recording, a single row at most half a step away suffices. Rows of the first sensor that have no sufficiently close rows of
// another sensor are left out and counted. If several rows of a sensor share a time because the clock is coarse, the join
// spreads their times evenly up to the next time; the stored times do not change.

import { counted } from "../../counted.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import { repeatedTimeShareLimit } from "./gate-limits.ts";
import { gapPeriods } from "./sampling.ts";

/** Maximum distance between rows that share a time before a pause, in usual steps. */
const longestStep = 1.35;

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
    await spreadEqualTimes(database, `joined_${p}`);
  }
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
  return without === 0 ? "" : ` ${counted(without, "row")} of ${rows} have no counterpart and are left out.`;
}

/** Spreads rows that share a time up to the next time, unless there are so few that they count as duplicates. */
async function spreadEqualTimes(database: Database, table: string): Promise<void> {
  const groups = `(SELECT k, t, count(*) AS c, lead(t) OVER (PARTITION BY k ORDER BY t) - t AS room FROM ${table} GROUP BY k, t)`;
  const [facts] = await database.rows(
    `SELECT sum(c) AS rows, count(*) AS times, median(room / c) AS step FROM ${groups}`,
  );
  const [rows, times, step] = [Number(facts!.rows), Number(facts!.times), Number(facts!.step)];
  if (!(rows - times > repeatedTimeShareLimit * rows && step > 0)) return;
  await database.rows(
    `CREATE OR REPLACE TEMP TABLE ${table} AS
       SELECT one.* REPLACE (one.t + least(coalesce(room / c, ${step}), ${longestStep} * ${step}) * (row_number() OVER (PARTITION BY one.k, one.t ORDER BY n) - 1) AS t)
       FROM ${table} AS one JOIN ${groups} AS groups ON one.k = groups.k AND one.t = groups.t`,
  );
}

function textToJoinBy(column: string): string {
  return `coalesce(CAST(${duckdbIdentifier(column)} AS VARCHAR), '')`;
}
