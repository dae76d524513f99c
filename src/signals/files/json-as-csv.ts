// Converts a JSON file to CSV: an array of records, one record per line, or the list of records within a document. Lists within
// a record, such as a packet's samples, become rows.

import { UserError } from "../../errors.ts";
import { columnsOfObject, isObjectType } from "./columns-of-object.ts";
import { type Database, duckdbErrorLine, duckdbIdentifier, duckdbLiteral, duckdbPath } from "./duckdb.ts";
import type { SourceFile } from "./find-files.ts";
import {
  isPlainJsonType,
  jsonSensorEventsAsRows,
  jsonSensorPacketsAsRows,
  jsonSensorsAsRows,
  jsonSensorVectorsAsAxes,
  vectorsInJson,
} from "./json-sensors.ts";
import { refuseDeepJson } from "./refuse-deep-json.ts";
import { resolveRepeatedNames } from "./repeated-names.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

/** Maximum size, in bytes, of a single object. */
const largestObject = 2 ** 25;

/** @throws UserError if the file is not a list of records, or if its values are in lists that do not form rows */
export async function jsonAsCsv(database: Database, file: SourceFile, options: NamingOptions): Promise<SourceFile> {
  const { scratch } = options;
  await refuseDeepJson(file.path, file.stored ?? file.path);
  const out = scratch.file("json.csv");
  try {
    const document = await jsonReadingAsText(database, file, options);
    const { columns, source } =
      (await jsonAcquisitionAsCsv(database, document)) ?? (await tableOfJsonRecords(database, document));
    await database.rows(
      `COPY (SELECT ${columns.join(", ")} FROM ${source}) TO ${duckdbLiteral(out)} (FORMAT csv, HEADER true)`,
    );
  } catch (cause) {
    if (cause instanceof UserError && cause.advice !== undefined) throw cause;
    const read = cause instanceof UserError ? cause.message : duckdbErrorLine(cause, file);
    const malformed = /Malformed JSON in file .*?, (at byte .*?)\.?\s*$/.exec(read)?.[1];
    if (malformed !== undefined) {
      throw new UserError(`${file.path}: this file is not valid JSON ${malformed}.`, {
        advice: "Copy or export the file again.",
        cause,
      });
    }
    const reason = /non-record/.test(read) ? "it has values that are not objects, or no values" : read;
    throw new UserError(`${file.path}: this JSON file is not a list of flat records: ${reason}`, {
      advice:
        'Write one object per row, such as {"time": 0.02, "x": 0.1, "y": 0.2, "z": 9.8}, in an array or one per line.',
      cause,
    });
  }
  return { ...file, stored: out, lineOffset: null };
}

/**
 * Reads a table in Edge Impulse's data acquisition format, whose `payload` lists the sensors' names and units, the values row
 * by row, and the interval; null for other documents.
 */
async function jsonAcquisitionAsCsv(
  database: Database,
  document: string,
): Promise<{ columns: string[]; source: string } | null> {
  const described = await database.rows(`DESCRIBE SELECT * FROM ${document}`);
  const payload = String(described.find(({ column_name: name }) => name === "payload")?.column_type ?? "");
  if (
    !/\binterval_ms"?/.test(payload) ||
    !/\bsensors"? STRUCT\(/.test(payload) ||
    !/\bvalues"? [A-Z]+\[\]\[\]/.test(payload)
  )
    return null;
  const [head] = await database.rows(`SELECT payload.sensors AS sensors FROM ${document} LIMIT 1`);
  const sensors = (head?.sensors ?? []) as { name: string; units?: string }[];
  const rows = `(SELECT CAST(payload.interval_ms AS DOUBLE) AS step, unnest(payload.values) AS v, generate_subscripts(payload.values, 1) AS n FROM ${document})`;
  const columns = sensors.map(({ name, units }, i) => {
    const named = units === undefined || /^(n\/a|none)?$/i.test(units) ? name : `${name} (${units})`;
    return `v[${i + 1}] AS ${duckdbIdentifier(named)}`;
  });
  return { columns: ["(n - 1) * step AS time_ms", ...columns], source: rows };
}

/** Maximum depth of a table within a document, such as the one in {"Meas": {"IMU9": [{"ArrayAcc": [{"x": 0.1}]}]}}. */
const deepest = 8;

/** Returns the table as SQL, and its columns; object fields become columns, such as acc_x of {"acc": {"x": 0.1}}. */
async function tableOfJsonRecords(
  database: Database,
  document: string,
): Promise<{ columns: string[]; source: string }> {
  let source = document;
  for (let depth = 0; ; depth++) {
    const described = await database.rows(`DESCRIBE SELECT * FROM ${source}`);
    const fields = described.map(({ column_name: name, column_type: type }) => [String(name), String(type)] as const);
    const lists = fields.filter(([, type]) => type.endsWith("]"));
    const objects = fields.filter(([, type]) => isObjectType(type));
    const vectors = await vectorsInJson(database, source, lists);
    if (vectors.length > 0) {
      source = jsonSensorVectorsAsAxes(source, fields, vectors);
      continue;
    }
    const packets = await jsonSensorPacketsAsRows(database, source, objects);
    if (packets !== null) {
      source = packets;
      continue;
    }
    const events = await jsonSensorEventsAsRows(database, source, fields, lists);
    if (events !== null) {
      source = events;
      continue;
    }
    const nested = objects.filter(([, type]) => /\]|STRUCT\(.*STRUCT\(/.test(type));
    const hasRecords = lists.some(([, type]) => /^STRUCT\(/.test(type));
    if (depth < deepest && fields.length > 1 && nested.length > 0 && !hasRecords) {
      source = await jsonObjectsAsCsvColumns(database, source, fields, nested);
      continue;
    }
    const timed = await jsonSensorsAsRows(database, source, fields, lists);
    if (timed !== null) {
      source = timed;
      continue;
    }
    const records = lists.filter(([, type]) => /^STRUCT\(.*\)\[\d*\]$/.test(type));
    if (depth < deepest && lists.length === 1 && records.length === 1 && fields.length > 1) {
      source = await rowsOfJsonRecords(database, source, fields, records[0]![0]);
      continue;
    }
    if (depth < deepest && fields.length === 1 && objects.length === 1) {
      source = `(SELECT unnest(${duckdbIdentifier(fields[0]![0])}) FROM ${source})`;
    } else if (
      depth < deepest &&
      lists.length > 0 &&
      (fields.length === 1 || lists.every(([, type]) => isFlatJsonList(type)))
    ) {
      source = await rowsOfJsonLists(database, source, fields);
    } else {
      return { columns: await csvColumnsOfJsonRecords(database, source, fields), source };
    }
  }
}

/** Replaces objects that contain lists or other objects with one column per field. */
async function jsonObjectsAsCsvColumns(
  database: Database,
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
  objects: readonly (readonly [name: string, type: string])[],
): Promise<string> {
  const columns: string[] = [];
  for (const field of fields) {
    if (objects.includes(field)) columns.push(...(await columnsOfObject(database, source, field[0])));
    else columns.push(duckdbIdentifier(field[0]));
  }
  return `(SELECT ${columns.join(", ")} FROM ${source})`;
}

/** Returns one row per record of a list; plain fields next to the list, such as a person, are repeated. */
async function rowsOfJsonRecords(
  database: Database,
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
  list: string,
): Promise<string> {
  const records = `(SELECT unnest(${duckdbIdentifier(list)}) AS record FROM ${source})`;
  const described = await database.rows(`DESCRIBE SELECT unnest(record) FROM ${records}`);
  const own = new Set(described.map(({ column_name: name }) => String(name).toLowerCase()));
  const others = fields
    .filter(([name, type]) => name !== list && !own.has(name.toLowerCase()) && !/STRUCT\(.*STRUCT\(/.test(type))
    .map(([name]) => duckdbIdentifier(name));
  return `(SELECT ${[...others, "unnest(record)"].join(", ")} FROM (SELECT *, unnest(${duckdbIdentifier(list)}) AS record FROM ${source}))`;
}

/**
 * Whether a list contains plain values, or objects of plain values without a time of their own; parallel lists of this kind are
 * columns.
 */
function isFlatJsonList(type: string): boolean {
  const element = type.replace(/\[\d*\]$/, "");
  if (isPlainJsonType(element.replace(/\[\d*\]$/, ""))) return true;
  return /^STRUCT\(([^()[\]]|\(\d+,\d+\))*\)$/.test(element) && !/time/i.test(element);
}

/** Returns one row per element of lists of equal length; other fields are repeated. */
async function rowsOfJsonLists(
  database: Database,
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
): Promise<string> {
  const lists = fields.filter(([, type]) => type.endsWith("]")).map(([name]) => name);
  const lengths = lists.map((name) => `coalesce(len(${duckdbIdentifier(name)}), 0)`);
  const [uneven] = await database.rows(
    `SELECT 1 FROM ${source} WHERE least(${lengths.join(", ")}) <> greatest(${lengths.join(", ")}) LIMIT 1`,
  );
  if (uneven !== undefined) throw new UserError(`the lists ${lists.join(", ")} have different lengths`);
  const columns = fields.map(([name, type]) => {
    const column = duckdbIdentifier(name);
    return type.endsWith("]") ? `unnest(${column}) AS ${column}` : column;
  });
  return `(SELECT ${columns.join(", ")} FROM ${source})`;
}

/**
 * Reads everything except objects and lists as text, byte for byte. If DuckDB inferred types, a person called 09:15 would
 * become a time, and a column of numbers with one "NA" would become quoted text.
 */
async function jsonReadingAsText(database: Database, file: SourceFile, options: NamingOptions): Promise<string> {
  const how = `records=true, maximum_object_size=${largestObject}`;
  const columns = await database.rows(`DESCRIBE FROM read_json_auto(${duckdbPath(file)}, sample_size=-1, ${how})`);
  const types = columns.map(({ column_name: name, column_type: type }) => {
    const isNested = /^(STRUCT|MAP)|\]$/.test(String(type));
    return `${duckdbLiteral(String(name))}: ${duckdbLiteral(isNested ? String(type) : "VARCHAR")}`;
  });
  const names = columns.map(({ column_name: name }) => String(name));
  const stored = await withDistinctJsonKeysForCsv(file, names, options);
  return `read_json(${duckdbPath({ ...file, stored })}, ${how}, columns={${types.join(", ")}})`;
}

/**
 * Numbers keys in the file that differ from another key only in case. DuckDB numbers such keys itself, but then finds no values
 * under the new names.
 * @param names the names that DuckDB gives to the keys
 * @returns the path of the file to read
 */
async function withDistinctJsonKeysForCsv(
  { path, stored = path }: SourceFile,
  names: readonly string[],
  options: NamingOptions,
): Promise<string> {
  const numbered = new Map<string, string>();
  for (const name of names) {
    const bare = name.replace(/_\d+$/, "");
    const isLike = (other: string): boolean => other !== bare && other.toLowerCase() === bare.toLowerCase();
    if (bare !== name && names.some(isLike)) numbered.set(bare, name);
  }
  if (numbered.size === 0) return stored;
  const out = options.scratch.file("keys.json");
  const keyOf = new Map<string, string>();
  const lines = async function* (): AsyncGenerator<string> {
    for await (const line of linesOfText(stored))
      yield line.replace(/(?<!\\)"([^"\\]*)"(?=\s*:)/g, (written, key: string) => {
        const name = numbered.get(key);
        if (name === undefined) return written;
        keyOf.set(name, key);
        return JSON.stringify(name);
      });
  };
  await writeTextLines(lines(), out);
  const keys = names.map((name) => keyOf.get(name) ?? name);
  resolveRepeatedNames(path, keys, options);
  return out;
}

/** Minimum number of columns in a recording (a time and three axes). */
const tooFewColumns = 4;

/**
 * Matches names of objects that contain notes about a recording; their fields keep their names unless other columns have the
 * same names.
 */
const notesObject = /^(meta(data)?|info|header|notes)$/i;

async function csvColumnsOfJsonRecords(
  database: Database,
  source: string,
  fields: readonly (readonly [name: string, type: string])[],
): Promise<string[]> {
  const columns: string[] = [];
  const nested: string[] = [];
  for (const [name, type] of fields) {
    const column = duckdbIdentifier(name);
    if (!/^(STRUCT|MAP|JSON)|\]$/.test(type)) columns.push(column);
    else if (isObjectType(type))
      columns.push(...(await columnsOfObject(database, source, name, notesObject.test(name))));
    else nested.push(name);
  }
  if (nested.length > 0 && columns.length < tooFewColumns)
    throw new UserError(`${nested.join(", ")} ${nested.length === 1 ? "is a list" : "are lists"}`);
  return columns;
}
