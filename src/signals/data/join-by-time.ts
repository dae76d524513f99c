// Joins sensors of one person by time. The rows of the first sensor stay as they are. The values of each other sensor are
// interpolated between its two neighbouring rows, which must be at most three of its median steps apart. At the ends of a
// recording, one row at most half a step away is enough. Rows of the first sensor for which another sensor has no such
// neighbours are left out and counted.

import { counted } from "../../counted.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { gapPeriods } from "./sampling.ts";

/** One sensor: a table as SQL. */
export interface JoinedPart {
  readonly sql: string;
  /** Expression for the time as a number, in a unit that all parts share. */
  readonly time: string;
  /** Columns to interpolate, and the name that each gets. */
  readonly channels: readonly (readonly [column: string, name: string])[];
}

/**
 * Writes the joined table as Parquet.
 * @param keys columns that must be equal in rows that belong together; null counts as a value
 * @param kept further columns of the first part, which stay as they are
 * @returns a sentence about the rows of the first sensor that were left out; empty if there are none
 */
export async function joinByTime(
  database: Database,
  parts: readonly JoinedPart[],
  { keys, kept, out }: { keys: readonly string[]; kept: readonly string[]; out: string },
): Promise<string> {
  await database.rows(`SET temp_directory = ${duckdbLiteral(`${out}.parts`)}`);
  const key = keys.length === 0 ? "''" : keys.map(keyText).join(" || chr(31) || ");
  for (const [p, { sql, time, channels }] of parts.entries()) {
    const values = channels.map(([column], c) => `CAST(${duckdbIdentifier(column)} AS DOUBLE) AS v${c}`);
    const others = p === 0 ? [...new Set([...keys, ...kept])].map(duckdbIdentifier) : [];
    const columns = [`row_number() OVER () AS n`, `${key} AS k`, `CAST(${time} AS DOUBLE) AS t`, ...others, ...values];
    await database.rows(`CREATE OR REPLACE TEMP TABLE joined_${p} AS SELECT ${columns.join(", ")} FROM ${sql}`);
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
      select.push(
        `CASE WHEN b${p}.t = c${p}.t THEN ${before} ELSE coalesce(${between}, ${after}, ${before}) END AS ${duckdbIdentifier(name)}`,
      );
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

function keyText(column: string): string {
  return `coalesce(CAST(${duckdbIdentifier(column)} AS VARCHAR), '')`;
}
