// Finds sensors that are pooled in one table: a column whose values (acc and gyro, left and right) distinguish rows with the
// same time and person. If pooled sensors were read as one, the values would jump back and forth at twice the rate. With any
// other column (a battery level, a flag), the rows with one value are not evenly sampled, or do not overlap in time with those
// of another value.

import { aggregatesOfColumns, type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import type { TimeReading } from "../files/text-clock.ts";
import { kindOfSensorInText } from "../sensors/sensor-in-text.ts";
import { usualChannels } from "../sensors/usual-channels.ts";

/** A column that identifies the sensor of each row. */
export interface SensorColumn {
  readonly column: string;
  /** Distinct values of the column, most frequent first. */
  readonly values: readonly string[];
  /**
   * Whether the values name different kinds of sensors, such as acc and gyro. Sensors that are not read, such as a light sensor,
   * and events may be among the values.
   */
  readonly kinds: boolean;
  /** A second column, if only both columns together identify the sensor, such as a device and a type of sensor. */
  readonly with?: { readonly column: string; readonly values: readonly string[] };
}

/** Number of rows to search at the top of a file. */
const searchedRows = 50_000;
/** Maximum number of distinct values in a column that identifies sensors. */
const mostSensors = 24;
const leastRows = 10;
/** Minimum share of the time spanned by a sensor for which it must have samples at its own rate. */
const filledShare = 0.8;
/** Maximum relative difference between a sensor's steps and their median; 80 % of the steps must not exceed it. */
const unevenness = 0.5;
/** A step is a pause if it is longer than this many usual steps. */
const pauseSteps = 10;
/** Maximum number of columns to combine in pairs. */
const mostInPairs = 4;
/**
 * Between consecutive rows of one sensor, values must change by less than this share of the change between consecutive rows of
 * the table.
 */
const zigzagChange = 0.8;

/**
 * Selects and orders the sensors to join: accelerometers first, then gyroscopes. Acceleration without gravity is used only if
 * no accelerometer includes gravity.
 */
export function pooledSensorsToJoin<Sensor>(
  sensors: readonly Sensor[],
  kindOf: (sensor: Sensor) => string | null,
): Sensor[] {
  const hasGravity = sensors.some((sensor) => kindOf(sensor) === "accelerometer");
  const kinds = [hasGravity ? "accelerometer" : "linear", "gyroscope"];
  return kinds.flatMap((kind) => sensors.filter((sensor) => kindOf(sensor) === kind));
}

/** Matches the names of columns that give the types of sensors. */
const typeName = /sensor|type|kind/i;

/** Matches the names of columns that give devices, whose samples may be stamped unevenly on arrival. */
const deviceName =
  /^((ble|bt|mac|device|sensor|node|i2c|mpu|imu)[ _]?)?(addr(ess)?|mac)$|^(device|sensor|imu|node)[ _]?(id|name|no|number|serial)?$|^serial([ _]?(no|number))?$/i;

/** Matches the names of packet counters, which restart every few rows but do not distinguish sensors. */
const counterName = /seq|count|packet|index/i;

/**
 * @param keys the person and recording columns
 * @param time null if there is no time column; in that case, only names of sensors are recognised, and devices whose rows alternate
 * @param candidates columns that have no role
 */
export async function findPooledSensorColumn(
  database: Database,
  schema: TableSchema,
  {
    keys,
    time,
    candidates,
  }: {
    keys: readonly string[];
    time: (TimeReading & { readonly column: string }) | null;
    candidates: readonly string[];
  },
): Promise<SensorColumn | null> {
  const usable = candidates.filter(
    (name) => /^(VARCHAR|.*INT|ENUM|BOOLEAN)/.test(schema.types.get(name) ?? "") && !counterName.test(name),
  );
  if (usable.length === 0) return null;
  const numbers = new Set(time?.numbers === true ? [time.column] : []);
  const head = `(SELECT * FROM ${schema.source(numbers, time?.isDateTime === true ? time.column : null)} LIMIT ${searchedRows})`;
  const text = (name: string): string => `CAST(${duckdbIdentifier(name)} AS VARCHAR)`;
  const distinct = await aggregatesOfColumns(database, usable, head, (name) => `count(DISTINCT ${text(name)})`);
  const key = keys.length === 0 ? "''" : keys.map((name) => `coalesce(${text(name)}, '')`).join(" || chr(31) || ");
  const rowsBy = (value: string): string =>
    `SELECT row_number() OVER () AS n, ${key} AS k, ${value} AS v, ${time?.sql ?? "row_number() OVER ()"} AS t FROM ${head}`;
  const few = usable.filter((_, i) => Number(distinct[i]) >= 2 && Number(distinct[i]) <= mostSensors);
  for (const column of few) {
    const rows = rowsBy(text(column));
    const groups = await database.rows(piecesOfPooledValues(rows));
    const all = pooledValuesByRows(groups);
    // If the values are names of kinds of sensors, their times need not be compared.
    if (all.length > 1 && all.every((value) => /[A-Za-z]/.test(value)) && arePooledSensorKinds(all)) {
      const devices = few.filter((name) => name !== column && deviceName.test(name.trim()));
      const device = time === null ? null : await deviceOfPooledKinds(database, devices, { column, text, rowsBy });
      if (device !== null) return { column, values: all, kinds: false, with: device };
      return { column, values: all, kinds: true };
    }
    const values = time === null ? [] : pooledValuesOfSameTime(groups, { areEven: !deviceName.test(column.trim()) });
    if (values.length < 2) continue;
    // Numbers are Android's sensor types only if the column's name says so; otherwise, they may be the numbers of trials.
    const isOfKinds =
      (typeName.test(column) || values.some((value) => /[A-Za-z]/.test(value))) && arePooledSensorKinds(values);
    if (!isOfKinds && !(await isZigzagOfPooledSensors(database, schema, { rows, head, columns: [column] }))) continue;
    return { column, values, kinds: isOfKinds };
  }
  if (time === null) return deviceOfAlternatingRows(database, rowsBy, { columns: few, text });
  for (const [i, column] of few.slice(0, mostInPairs).entries()) {
    for (const other of few.slice(i + 1, mostInPairs)) {
      const rows = rowsBy(`${text(column)} || chr(31) || ${text(other)}`);
      const values = pooledValuesOfSameTime(await database.rows(piecesOfPooledValues(rows)), { areEven: true });
      if (values.length < 2 || values.length > mostSensors) continue;
      if (!(await isZigzagOfPooledSensors(database, schema, { rows, head, columns: [column, other] }))) continue;
      const [first, second] = [0, 1].map((at) => [...new Set(values.map((value) => value.split("\x1f")[at]!))]);
      return { column, values: first!, kinds: false, with: { column: other, values: second! } };
    }
  }
  return null;
}

/**
 * Returns the column that distinguishes several devices, each with sensors of the same kinds; null if nobody has more than one
 * device at a time.
 * @param candidates columns that may give devices
 * @param of.column the column that names the kinds of sensors
 */
async function deviceOfPooledKinds(
  database: Database,
  candidates: readonly string[],
  { column, text, rowsBy }: { column: string; text: (name: string) => string; rowsBy: (value: string) => string },
): Promise<NonNullable<SensorColumn["with"]> | null> {
  for (const other of candidates) {
    const rows = rowsBy(`${text(column)} || chr(31) || ${text(other)}`);
    const groups = await database.rows(piecesOfPooledValues(rows));
    const parts = (v: unknown): [sensor: string, device: string] => String(v).split("\x1f") as [string, string];
    const ofSensors = Map.groupBy(groups, ({ v }) => parts(v)[0]).values();
    const values = [...ofSensors].flatMap((own) => pooledValuesOfSameTime(own, { areEven: false }));
    const devices = new Set(values.map((value) => parts(value)[1]));
    if (devices.size > 1) return { column: other, values: [...devices] };
  }
  return null;
}

/**
 * Returns the column that distinguishes devices whose rows alternate in a table without a clock; null if there is none. A column
 * that changes less often may give the devices of recordings made one after another.
 */
async function deviceOfAlternatingRows(
  database: Database,
  rowsBy: (value: string) => string,
  { columns, text }: { columns: readonly string[]; text: (name: string) => string },
): Promise<SensorColumn | null> {
  for (const column of columns.filter((name) => deviceName.test(name.trim()))) {
    const steps = `SELECT k, v, lag(v) OVER (PARTITION BY k ORDER BY n) AS above FROM (${rowsBy(text(column))})`;
    const groups = await database.rows(
      `SELECT v, count(*) AS n, count(*) FILTER (v <> above) AS changes FROM (${steps}) WHERE v IS NOT NULL GROUP BY v`,
    );
    const [rows, changes] = ["n", "changes"].map((name) => groups.reduce((sum, own) => sum + Number(own[name]), 0));
    if (rows! >= leastRows && 2 * changes! >= rows!)
      return { column, values: pooledValuesByRows(groups), kinds: false };
  }
  return null;
}

/** Matches the names of other sensors in phones and watches, and of events, whose rows are not read. */
const otherSensor =
  /rot\w*[ _.]?vec|orient|light|lux|prox|press|baro|temp|humid|step|pedom|heart|gps|location|battery|quat|ppg|ecg|eda|bvp|micro?phone|audio|wifi|bluetooth|metadata|^(key|button|touch)?[ _-]?(press|release|down|up|click|tap)(ed)?$|^(event|marker|button|start|stop|sync|annotation)$/i;

/** Whether the values, apart from those of sensors that are not read and of events, name different kinds of sensors. */
function arePooledSensorKinds(values: readonly string[]): boolean {
  const read = values.filter((value) => kindOfSensorInText(value) !== null || !otherSensor.test(value));
  const kinds = read.map(kindOfSensorInText);
  return kinds.length > 0 && kinds.every((kind) => kind !== null) && new Set(kinds).size === read.length;
}

/** Builds the query for each value's rows in each recording, with their steps and the pieces between pauses. */
function piecesOfPooledValues(rows: string): string {
  return `WITH
    steps AS (SELECT *, t - lag(t) OVER (PARTITION BY k, v ORDER BY t) AS d, t - lag(t) OVER (PARTITION BY k, v ORDER BY n) AS back
              FROM (${rows}) WHERE v IS NOT NULL AND t IS NOT NULL),
    facts AS (SELECT k, v, count(*) AS n, median(CASE WHEN d > 0 THEN d END) AS step,
                     quantile_cont(CASE WHEN d > 0 THEN d END, [0.1, 0.9]) AS ends, count(*) FILTER (back < 0) AS restarts
              FROM steps GROUP BY k, v),
    pieces AS (SELECT k, v, min(t) AS first, max(t) AS last
               FROM (SELECT steps.*, count(*) FILTER (d > ${pauseSteps} * step) OVER (PARTITION BY k, v ORDER BY t ROWS UNBOUNDED PRECEDING) AS piece
                     FROM steps JOIN facts USING (k, v))
               GROUP BY k, v, piece)
    SELECT k, v, any_value(n) AS n, any_value(step) AS step, any_value(ends) AS ends, any_value(restarts) AS restarts,
           list(first ORDER BY first) AS firsts, list(last ORDER BY first) AS lasts
    FROM facts JOIN pieces USING (k, v) GROUP BY k, v ORDER BY k, v`;
}

/**
 * Whether the values change less between consecutive rows of the same sensor than between adjacent rows of the table. Values
 * that merely count rows (0 to 4 in each packet) belong to one sensor, and their rows differ more the further apart they are.
 */
async function isZigzagOfPooledSensors(
  database: Database,
  schema: TableSchema,
  { rows, head, columns }: { rows: string; head: string; columns: readonly string[] },
): Promise<boolean> {
  const { channels } = usualChannels(schema.names.filter((name) => !columns.includes(name)));
  if (channels.length === 0) return true;
  const values = channels.map(
    (name, c) => `TRY_CAST(replace(CAST(${duckdbIdentifier(name)} AS VARCHAR), ',', '.') AS DOUBLE) AS x${c}`,
  );
  const joined = `SELECT * FROM (${rows}) POSITIONAL JOIN (SELECT ${values.join(", ")} FROM ${head})`;
  const steps = (name: string, partition: string): string =>
    channels
      .map((_, c) => `abs(x${c} - lag(x${c}) OVER (PARTITION BY ${partition} ORDER BY t, n)) AS ${name}${c}`)
      .join(", ");
  const sum = (name: string): string => channels.map((_, c) => `coalesce(sum(${name}${c}), 0)`).join(" + ");
  const [found] = await database.rows(
    `SELECT ${sum("w")} AS within, ${sum("b")} AS between FROM (SELECT ${steps("w", "k, v")}, ${steps("b", "k")} FROM (${joined}))`,
  );
  return Number(found!.within) < zigzagChange * Number(found!.between);
}

function pooledValuesByRows(groups: readonly Record<string, unknown>[]): string[] {
  const rows = new Map<string, number>();
  for (const { v, n } of groups) rows.set(String(v), (rows.get(String(v)) ?? 0) + Number(n));
  return [...rows].sort(([, a], [, b]) => b - a).map(([value]) => value);
}

/**
 * Returns the values whose rows, in at least one recording, overlap those of another value for at least half of the shorter time
 * of the two; those with the most rows come first.
 * @param of.areEven whether only rows that are evenly sampled count
 */
function pooledValuesOfSameTime(
  groups: readonly Record<string, unknown>[],
  { areEven }: { readonly areEven: boolean },
): string[] {
  const marking: Record<string, unknown>[] = [];
  for (const [, parts] of Map.groupBy(groups, ({ k }) => k)) {
    const even = parts.filter(({ n, step, ends, restarts, ...own }) => {
      const pieces = pooledPieces(own);
      const span = pieces.reduce((sum, [first, last]) => sum + last - first, 0);
      const steps = Number(n) - pieces.length;
      if (!(Number(n) >= leastRows && span > 0)) return false;
      // If the clock restarts within a value's rows, these contain several recordings.
      if (Number(restarts) > 0) return false;
      if (!areEven) return true;
      if (!(steps * Number(step) >= filledShare * span)) return false;
      const [low, high] = (ends as unknown[]).map(Number) as [number, number];
      return low >= (1 - unevenness) * Number(step) && high <= (1 + unevenness) * Number(step);
    });
    const piecesOf = (part: Record<string, unknown>): [first: number, last: number][] => {
      const pieces = pooledPieces(part);
      // Rows that arrive in bursts have pauses between all of them.
      return areEven ? pieces : [[pieces[0]![0], pieces.at(-1)![1]]];
    };
    for (const part of even) {
      const own = piecesOf(part);
      const overlaps = even.some((other) => {
        if (other === part) return false;
        const others = piecesOf(other);
        const common = own
          .flatMap(([a, b]) => others.map(([c, d]) => Math.min(b, d) - Math.max(a, c)))
          .reduce((sum, seconds) => sum + Math.max(0, seconds), 0);
        return common >= 0.5 * Math.min(secondsOfPooledPieces(own), secondsOfPooledPieces(others));
      });
      if (overlaps) marking.push(part);
    }
  }
  return pooledValuesByRows(marking);
}

/** Returns the first and last time of each piece. */
function pooledPieces({ firsts, lasts }: Record<string, unknown>): [first: number, last: number][] {
  return (firsts as unknown[]).map((first, i) => [Number(first), Number((lasts as unknown[])[i])]);
}

function secondsOfPooledPieces(pieces: readonly (readonly [first: number, last: number])[]): number {
  return pieces.reduce((sum, [first, last]) => sum + last - first, 0);
}

/** Builds the SQL condition that selects the rows with a given value. */
export function rowsOfPooledSensor(column: string, value: string): string {
  return `CAST(${duckdbIdentifier(column)} AS VARCHAR) = ${duckdbLiteral(value)}`;
}
