// Finds the samples of sensors in JSON: vectors, events of one sensor each, packets, and one list of samples per sensor.

import { kindOfSensorInText, sensorInText } from "../sensors/sensor-in-text.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

/** Maximum number of different sensor names; phones have fewer sensors. */
const mostMarks = 50;

/**
 * Reads a document with one list of timed samples per sensor, such as {"accelerometer": [{"t": 0, "x": 0.1}], "gyroscope":
 * [...]}. Each sample becomes a row with the name of its sensor.
 * @returns null if there are no such lists
 */
export async function jsonSensorsAsRows(
  database: Database,
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
  lists: readonly (readonly [name: string, type: string])[],
): Promise<string | null> {
  const samples = lists.filter(([name, type]) => /^STRUCT\(.*\)\[\]$/.test(type) && sensorInText(name) !== undefined);
  if (samples.length < 2 || samples.length < lists.length) return null;
  const others = fields
    .filter(([name, type]) => isPlainJsonType(type) && !samples.some(([own]) => own === name))
    .map(([name]) => duckdbIdentifier(name));
  const parts: string[] = [];
  for (const [name] of samples) {
    const records = `(SELECT ${[...others, `unnest(${duckdbIdentifier(name)}) AS record`].join(", ")} FROM ${source})`;
    const described = await database.rows(`DESCRIBE SELECT unnest(record) FROM ${records}`);
    const own = described.map(({ column_name: field }) => String(field));
    if (usualColumnOfRole(own, "time") === null) return null;
    parts.push(
      `SELECT ${duckdbLiteral(sensorInText(name)!.sensor)} AS sensor, ${[...others, "unnest(record)"].join(", ")} FROM ${records}`,
    );
  }
  return `(${parts.join(" UNION ALL BY NAME ")})`;
}

/**
 * Finds each list of three numbers that is named like a sensor, such as "acc": [0.1, 0.2, 9.8]. If there is none, finds a list
 * that is called "value", "values" or "data", if it is the only list of plain values.
 */
export async function vectorsInJson(
  database: Database,
  source: string,
  lists: readonly (readonly [name: string, type: string])[],
): Promise<string[]> {
  const flat = lists.filter(([, type]) => /^[A-Z]+\[\d*\]$/.test(type));
  const named = flat.filter(([name]) => kindOfSensorInText(name) !== null);
  const possible =
    named.length > 0 ? named : flat.filter(([name]) => flat.length === 1 && /^(values?|data)$/i.test(name));
  if (possible.length === 0) return [];
  const three = possible.map(([name], i) => `bool_and(len(${duckdbIdentifier(name)}) = 3) AS v${i}`);
  const [found] = await database.rows(`SELECT ${three.join(", ")} FROM ${source}`);
  return possible.filter((_, i) => found![`v${i}`] === true).map(([name]) => name);
}

/**
 * Reads Android events, each with a sensor name and a list of values whose length depends on the sensor, such as {"sensor":
 * "acc", "values": [0.1, 0.2, 9.8]}. The first three values of each event become axes; null if the records are not events.
 */
export async function jsonSensorEventsAsRows(
  database: Database,
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
  lists: readonly (readonly [name: string, type: string])[],
): Promise<string | null> {
  const [list] = lists;
  const texts = fields.filter(([, type]) => type === "VARCHAR").map(([name]) => name);
  if (lists.length !== 1 || !/^[A-Z]+\[\]$/.test(list![1]) || fields.some(([name]) => /^[xyz]$/i.test(name)))
    return null;
  const values = duckdbIdentifier(list![0]);
  for (const text of texts) {
    const marks = await database.rows(
      `SELECT ${duckdbIdentifier(text)} AS mark, min(len(${values})) AS least FROM ${source} GROUP BY mark LIMIT ${mostMarks + 1}`,
    );
    if (marks.length > mostMarks) continue;
    const own = marks.filter(({ mark }) => mark !== null && kindOfSensorInText(String(mark)) !== null);
    if (own.length === 0 || !own.every(({ least }) => Number(least) >= 3)) continue;
    const others = fields.filter((field) => field !== list).map(([name]) => duckdbIdentifier(name));
    const axes = ["x", "y", "z"].map((axis, i) => `${values}[${i + 1}] AS ${axis}`);
    return `(SELECT ${[...others, ...axes].join(", ")} FROM ${source})`;
  }
  return null;
}

/**
 * Reads records that each contain a packet from one of several sensors, such as {"MeasAcc": {"Timestamp": 20, "ArrayAcc":
 * [{"x": 0.1}]}} and {"MeasGyro": {...}}, with one packet per row and the name of its sensor; null if there are none.
 */
export async function jsonSensorPacketsAsRows(
  database: Database,
  source: string,
  objects: readonly (readonly [name: string, type: string])[],
): Promise<string | null> {
  const packets: string[] = [];
  for (const [name] of objects) {
    if (objects.length < 2) return null;
    const column = duckdbIdentifier(name);
    const fields = (await database.rows(`DESCRIBE SELECT unnest(${column}) FROM ${source}`)).map(
      ({ column_name: field, column_type: type }) => [String(field), String(type)] as const,
    );
    const samples = fields.filter(([, type]) => /^STRUCT\(.*\)\[\]$/.test(type));
    if (fields.some((field) => !samples.includes(field) && !isPlainJsonType(field[1]))) continue;
    if (samples.length > 1 && samples.every(([list]) => sensorInText(list) !== undefined))
      return `(SELECT unnest(${column}) FROM ${source} WHERE ${column} IS NOT NULL)`;
    const sensor = sensorInText(name)?.sensor;
    if (samples.length !== 1 || sensor === undefined) continue;
    const plain = fields.filter((field) => field !== samples[0]).map(([field]) => duckdbIdentifier(field));
    packets.push(
      `SELECT ${[
        duckdbLiteral(sensor),
        ...plain.map((field) => `${column}.${field}`),
        `${column}.${duckdbIdentifier(samples[0]![0])}`,
      ]
        .map((value, i) => `${value} AS ${["sensor", ...plain, "samples"][i]}`)
        .join(", ")} FROM ${source} WHERE ${column} IS NOT NULL`,
    );
  }
  return packets.length === 0 ? null : `(${packets.join(" UNION ALL BY NAME ")})`;
}

export function jsonSensorVectorsAsAxes(
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
  vectors: readonly string[],
): string {
  const columns = fields.flatMap(([name]) => {
    const column = duckdbIdentifier(name);
    if (!vectors.includes(name)) return [column];
    return ["x", "y", "z"].map((axis, i) => `${column}[${i + 1}] AS ${duckdbIdentifier(`${name}_${axis}`)}`);
  });
  return `(SELECT ${columns.join(", ")} FROM ${source})`;
}

export function isPlainJsonType(type: string): boolean {
  return /^(VARCHAR|DOUBLE|BIGINT|HUGEINT|UBIGINT|FLOAT|INTEGER)$/.test(type);
}
