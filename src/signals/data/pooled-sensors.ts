// Finds sensors that are pooled in one table: a column whose values (acc and gyro, left and right) mark rows of the same time
// and person. Read as one sensor, they would be one zigzag at twice the rate. For other columns (a battery
// level, a flag), the rows with one value are not evenly sampled, or do not overlap in time with those of another value.

import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import type { TableSchema } from "./table-schema.ts";
import type { TimeReading } from "./text-clock.ts";

/** A column that marks the rows of several sensors. */
export interface SensorColumn {
  readonly column: string;
  /** Its values, most frequent first. */
  readonly values: readonly string[];
  /** Whether each value names a kind of sensor, such as acc and gyro. */
  readonly kinds: boolean;
}

/** Rows from the top of a file that are searched. */
const searchedRows = 50_000;
/** A column with more distinct values does not mark sensors. */
const mostSensors = 24;
const leastRows = 10;
/** At its own rate, each sensor must have samples in at least this share of the time that it spans. */
const filledShare = 0.8;
/** 80 % of a sensor's steps differ from its median step by at most this share. */
const unevenness = 0.5;

/** Android's sensor types, for columns that contain only their numbers. */
const androidSensors: Readonly<Record<string, string>> = {
  1: "accelerometer",
  2: "magnetometer",
  4: "gyroscope",
  9: "gravity",
  10: "linear_acceleration",
};

/** The name of the sensor that a value stands for. The names of its channels begin with it. */
export function nameOfSensorValue(value: string): string {
  return androidSensors[value] ?? value.trim();
}

/** The kind of sensor that a text such as "acc", "android.sensor.gyroscope" or "Gyro" names; null if it names none. */
export function kindOfSensorValue(value: string): string | null {
  const name = nameOfSensorValue(value);
  const [sensor] = sensorsByName(["x", "y", "z"].map((axis) => `${name}_${axis}`));
  if (sensor === undefined || sensor.kind === "unknown" || sensor.weak) return null;
  return sensor.kind === "accelerometer" && sensor.gravity === false ? "linear" : sensor.kind;
}

/**
 * Selects the sensors to join and orders them: accelerometers first, then gyroscopes. Accelerations without gravity are read only
 * if there is no accelerometer with gravity.
 */
export function sensorsToJoin<Sensor>(sensors: readonly Sensor[], kindOf: (sensor: Sensor) => string | null): Sensor[] {
  const hasGravity = sensors.some((sensor) => kindOf(sensor) === "accelerometer");
  const kinds = [hasGravity ? "accelerometer" : "linear", "gyroscope"];
  return kinds.flatMap((kind) => sensors.filter((sensor) => kindOf(sensor) === kind));
}

/**
 * @param keys columns of person and recording
 * @param candidates columns that have no role
 */
export async function findSensorColumn(
  database: Database,
  schema: TableSchema,
  {
    keys,
    time,
    candidates,
  }: { keys: readonly string[]; time: TimeReading & { readonly column: string }; candidates: readonly string[] },
): Promise<SensorColumn | null> {
  const usable = candidates.filter((name) => /^(VARCHAR|.*INT|ENUM|BOOLEAN)/.test(schema.types.get(name) ?? ""));
  if (usable.length === 0) return null;
  const numbers = new Set(time.numbers ? [time.column] : []);
  const head = `(SELECT * FROM ${schema.source(numbers, time.isDateTime === true ? time.column : null)} LIMIT ${searchedRows})`;
  const text = (name: string): string => `CAST(${duckdbIdentifier(name)} AS VARCHAR)`;
  const [distinct] = await database.rows(
    `SELECT ${usable.map((name, i) => `count(DISTINCT ${text(name)}) AS c${i}`).join(", ")} FROM ${head}`,
  );
  const key = keys.length === 0 ? "''" : keys.map((name) => `coalesce(${text(name)}, '')`).join(" || chr(31) || ");
  for (const [i, column] of usable.entries()) {
    const different = Number(distinct![`c${i}`]);
    if (different < 2 || different > mostSensors) continue;
    const groups = await database.rows(
      `SELECT k, v, count(*) AS n, min(t) AS first, max(t) AS last, median(CASE WHEN d > 0 THEN d END) AS step,
              quantile_cont(CASE WHEN d > 0 THEN d END, [0.1, 0.9]) AS ends,
              count(*) FILTER (back < 0) AS restarts
       FROM (SELECT k, v, t, t - lag(t) OVER (PARTITION BY k, v ORDER BY t) AS d, t - lag(t) OVER (PARTITION BY k, v ORDER BY n) AS back
             FROM (SELECT row_number() OVER () AS n, ${key} AS k, ${text(column)} AS v, ${time.sql} AS t FROM ${head}) WHERE v IS NOT NULL AND t IS NOT NULL)
       GROUP BY k, v ORDER BY k, v`,
    );
    const values = valuesOfSameTime(groups);
    if (values.length < 2) continue;
    const kinds = values.map(kindOfSensorValue);
    return { column, values, kinds: kinds.every((kind) => kind !== null) && new Set(kinds).size === values.length };
  }
  return null;
}

/** Values whose rows, in some recording, are evenly sampled throughout the time of another value's rows; most rows first. */
function valuesOfSameTime(groups: readonly Record<string, unknown>[]): string[] {
  const rows = new Map<string, number>();
  for (const [, parts] of Map.groupBy(groups, ({ k }) => k)) {
    const even = parts.filter(({ n, first, last, step, ends, restarts }) => {
      const span = Number(last) - Number(first);
      if (!(Number(n) >= leastRows && span > 0 && (Number(n) - 1) * Number(step) >= filledShare * span)) return false;
      // If the clock begins again, a new recording begins.
      if (Number(restarts) > 0) return false;
      const [low, high] = (ends as unknown[]).map(Number) as [number, number];
      return low >= (1 - unevenness) * Number(step) && high <= (1 + unevenness) * Number(step);
    });
    for (const part of even) {
      const overlaps = even.some((other) => {
        if (other === part) return false;
        const common =
          Math.min(Number(part.last), Number(other.last)) - Math.max(Number(part.first), Number(other.first));
        const shorter = Math.min(Number(part.last) - Number(part.first), Number(other.last) - Number(other.first));
        return common >= 0.5 * shorter;
      });
      if (overlaps) rows.set(String(part.v), (rows.get(String(part.v)) ?? 0) + Number(part.n));
    }
  }
  return [...rows].sort(([, a], [, b]) => b - a).map(([value]) => value);
}

/** A condition in SQL that selects the rows of a value. */
export function rowsOfSensorValue(column: string, value: string): string {
  return `CAST(${duckdbIdentifier(column)} AS VARCHAR) = ${duckdbLiteral(value)}`;
}
