// Turns JSON shapes that are not lists of records into tables or lists of records:
// - lists of values, in one list or one per line, with or without a list of names first, or in the only list of an object
// - { "columns": [...], "data": [[...], ...] }, as pandas writes with orient="split"
// - { "ax": { "0": 0.1, "1": 0.2 }, "ay": { ... } }, as pandas writes by default
// - { "0": { "ax": 0.1 }, "1": { "ax": 0.2 } }, as pandas writes with orient="index", and as Firebase writes with generated
// keys
// - { "ax": [{ "ts": 0, "value": 0.1 }], "ay": [...] }, a series per name, as ThingsBoard writes
// - { "data": { "result": [{ "metric": { "__name__": "ax" }, "values": [[0, "0.1"]] }] } }, as Prometheus answers range queries
// - { "users": { "ann": [{ "ax": 0.1 }], "bob": [...] } }, a list of records per person or session
// - { "buffer": { "accX": { "buffer": [0.1, 0.2] }, ... } }, as phyphox's remote interface writes
// - { "acc": { "t": [0, 20], "x": [...] }, "gyro": { "t": [0, 10], "x": [...] } }, in which each sensor has its own times

import { sensorInText } from "../sensors/sensor-in-text.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

/** A table of values with or without names; the values are text or numbers. */
export interface JsonTable {
  readonly names: readonly string[] | undefined;
  readonly rows: readonly (readonly unknown[])[];
}

/** Minimum number of entries for an object's entries to stand for rows rather than columns. */
const fewestRows = 8;
const namesKey = /^(columns?|headers?|names|fields|cols|channels|keys|axes|sensors|(column|channel|axis)_?names)$/i;
const rowsKey = /^(data|rows|values|samples|records)$/i;

/**
 * Returns the table in a document, or in documents given one per line.
 * @returns undefined if the text is not such a table or is not JSON
 */
export function tableOfJsonShape(text: string): JsonTable | undefined {
  const document = parsedJson(text) ?? jsonLists(text);
  if (Array.isArray(document)) return tableOfJsonShapeLists(document);
  return isJsonObject(document) ? (tableOfSplitJsonShape(document) ?? tableOfOnlyList(document)) : undefined;
}

/** Returns a document with lists in place of objects that stand for rows; undefined if it has none. */
export function jsonWithLists(text: string): unknown {
  const document = parsedJson(text);
  const changed =
    listsOfBuffers(document) ??
    recordsOfPrometheus(document) ??
    recordsOfSeries(document) ??
    sensorRecordsOfJsonShape(document) ??
    withLists(document);
  return changed === document ? undefined : changed;
}

/** Returns a list per name from the buffers that phyphox's remote interface sends. */
function listsOfBuffers(document: unknown): Record<string, unknown> | undefined {
  if (!isJsonObject(document) || !isJsonObject(document.buffer)) return undefined;
  const lists = Object.entries(document.buffer).map(
    ([name, own]) => [name, isJsonObject(own) ? own.buffer : undefined] as const,
  );
  return lists.length > 0 && lists.every(([, list]) => isJsonListOfValues(list))
    ? Object.fromEntries(lists)
    : undefined;
}

const timeKey = /^(t|ts|times?|timestamps?(_?ms)?|time_?ms|seconds_?elapsed|epoch)$/i;

/** Merges series of times and values, one per name, into records; the newest value may come first. */
function recordsOfSeries(document: unknown): Record<string, unknown>[] | undefined {
  if (!isJsonObject(document)) return undefined;
  const series = Object.entries(document);
  const records = new Map<string, Record<string, unknown>>();
  if (series.length < 2) return undefined;
  for (const [name, points] of series) {
    if (!Array.isArray(points) || points.length === 0) return undefined;
    for (const point of points) {
      if (!isJsonObject(point)) return undefined;
      const keys = Object.keys(point);
      const time = keys.find((key) => timeKey.test(key));
      const value = keys.find((key) => key !== time);
      if (keys.length !== 2 || time === undefined || !isPlainJsonValue(point[value!])) return undefined;
      const at = String(point[time]);
      const record = records.get(at) ?? { [time]: point[time] };
      record[name] = point[value!];
      records.set(at, record);
    }
  }
  const timeOf = (record: Record<string, unknown>): number => Number(Object.values(record)[0]);
  return [...records.values()].sort((a, b) => timeOf(a) - timeOf(b));
}

/** Labels of Prometheus' series that are part of a channel's name; other labels, such as the device, hold for a row. */
const channelLabels: readonly string[] = ["__name__", "sensor", "field", "channel", "component", "axis"];

/** Merges the series of Prometheus' answer to a range query into records, with the times in seconds. */
function recordsOfPrometheus(document: unknown): Record<string, unknown>[] | undefined {
  const result = isJsonObject(document) && isJsonObject(document.data) ? document.data.result : undefined;
  if (!Array.isArray(result) || result.length === 0) return undefined;
  const records = new Map<string, Record<string, unknown>>();
  for (const series of result) {
    const { metric, values } = isJsonObject(series) ? series : {};
    if (!isJsonObject(metric) || !Array.isArray(values)) return undefined;
    const name = channelLabels.flatMap((label) => (label in metric ? [String(metric[label])] : [])).join("_");
    const others = Object.fromEntries(Object.entries(metric).filter(([label]) => !channelLabels.includes(label)));
    for (const [time, value] of values as [number, string][]) {
      const key = JSON.stringify([others, time]);
      const record = records.get(key) ?? { time_s: time, ...others };
      record[name] = Number(value);
      records.set(key, record);
    }
  }
  const timeOf = ({ time_s: time }: Record<string, unknown>): number => Number(time);
  return [...records.values()].sort((a, b) => timeOf(a) - timeOf(b));
}

/** Turns the lists of sensors that have different numbers of samples, each with times of its own, into records. */
function sensorRecordsOfJsonShape(document: unknown): Record<string, unknown> | undefined {
  if (!isJsonObject(document)) return undefined;
  const sensors = Object.entries(document).filter(
    ([, own]) => isJsonObject(own) && Object.values(own).some(Array.isArray),
  );
  const lengths = new Set<number>();
  const records: Record<string, unknown> = {};
  for (const [name, own] of sensors) {
    const lists = Object.entries(own as Record<string, unknown>).filter(([, list]) => isJsonListOfValues(list)) as [
      string,
      unknown[],
    ][];
    const [, first = []] = lists[0] ?? [];
    if (lists.some(([, list]) => list.length !== first.length) || !lists.some(([key]) => timeKey.test(key)))
      return undefined;
    lengths.add(first.length);
    records[name] = first.map((_, i) => Object.fromEntries(lists.map(([key, list]) => [key, list[i]])));
  }
  return sensors.length < 2 || lengths.size < 2 ? undefined : { ...document, ...records };
}

/** Parses a string as JSON; undefined if it is invalid. NaN and Infinity, as written by Python, become null. */
function parsedJson(text: string): unknown {
  const plain = /\b(NaN|Infinity)\b/.test(text)
    ? text.replace(/(?<=[[,:\s])(NaN|-?Infinity)(?=[\],}\s])/g, "null")
    : text;
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}

function jsonLists(text: string): unknown {
  if (!/^\s*\[[^\n]*\]\s*\r?\n\s*\[/.test(text)) return undefined;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const lists = lines.map(parsedJson);
  return lists.every(Array.isArray) ? lists : undefined;
}

function tableOfJsonShapeLists(lists: readonly unknown[]): JsonTable | undefined {
  if (lists.length < 2 || !lists.every(isJsonListOfValues)) return undefined;
  const [first, ...others] = lists as unknown[][];
  if (lists.some((list) => (list as unknown[]).length !== first!.length)) return undefined;
  const isNamed = first!.every((value) => typeof value === "string" && !Number.isFinite(Number(value)));
  return isNamed ? { names: first as string[], rows: others } : { names: undefined, rows: lists as unknown[][] };
}

function tableOfSplitJsonShape(document: Readonly<Record<string, unknown>>): JsonTable | undefined {
  const entries = Object.entries(document);
  const named = entries.find(([key, value]) => namesKey.test(key) && Array.isArray(value))?.[1] as
    | unknown[]
    | undefined;
  const own = entries.find(([key, value]) => rowsKey.test(key) && Array.isArray(value))?.[1] as unknown[] | undefined;
  if (named?.some(isJsonObject)) return undefined;
  if (named === undefined || own === undefined || own.length === 0 || !own.every(isJsonListOfValues)) return undefined;
  // Names of several levels are lists.
  const names = named.map((name) =>
    Array.isArray(name) ? name.filter((part) => part !== "").join("_") : String(name),
  );
  if (own.some((row) => (row as unknown[]).length !== names.length)) return undefined;
  const { index } = document;
  const ownIndex = Array.isArray(index) && index.length === own.length && !isCount(index) ? index : undefined;
  const repeated = fieldsBesideTable(document);
  return {
    names: [...repeated.map(([key]) => key), ...(ownIndex === undefined ? [] : ["index"]), ...names],
    rows: (own as unknown[][]).map((row, i) => [
      ...repeated.map(([, value]) => value),
      ...(ownIndex === undefined ? [] : [ownIndex[i]]),
      ...row,
    ]),
  };
}

/** Returns the plain fields of an object, such as a person beside a list; they hold for all rows. */
function fieldsBesideTable(document: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  return Object.entries(document).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
}

/**
 * Returns the only list of lists in an object that otherwise has only plain values; it has no names. The first columns hold the
 * plain values, if there are any.
 */
function tableOfOnlyList(document: Readonly<Record<string, unknown>>): JsonTable | undefined {
  const inner = Object.entries(document).filter(([, value]) => !isPlainJsonValue(value));
  const [key = "", only] = inner[0] ?? [];
  // Vectors in a list that is named after a sensor need no names.
  if (inner.length !== 1 || sensorInText(key) !== undefined) return undefined;
  const ofList = Array.isArray(only) ? tableOfJsonShapeLists(only) : undefined;
  const table = isJsonObject(only) ? (tableOfSplitJsonShape(only) ?? tableOfOnlyList(only)) : ofList;
  const fields = fieldsBesideTable(document);
  return (
    table && {
      names: table.names && [...fields.map(([name]) => name), ...table.names],
      rows: table.rows.map((row) => [...fields.map(([, value]) => value), ...row]),
    }
  );
}

/** @param parent the key of the value, if it has one */
function withLists(value: unknown, parent?: string): unknown {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const objects = entries.map(([, own]) => own).filter(isJsonObject);
  if (objects.length === entries.length && objects.every((own) => Object.values(own).every(isPlainJsonValue))) {
    const width = Object.keys(objects[0] ?? {}).length;
    const keys = Object.keys(objects[0] ?? {});
    const isSame = objects.every(
      (own) => Object.keys(own).length === width && keys.every((key) => Object.hasOwn(own, key)),
    );
    if (isSame && objects.length >= fewestRows && objects.length > width) return objects;
    if (isSame && width >= fewestRows && width > objects.length)
      return keys.map((key) => ({
        ...(isCount(keys) ? {} : { index: key }),
        ...Object.fromEntries(entries.map(([name], c) => [name, objects[c]![key]])),
      }));
  }
  const changed = entries.map(([key, own]) => [key, withLists(own, key)] as const);
  const merged = parent === undefined ? undefined : recordsOfLists(changed, parent);
  if (merged !== undefined) return merged;
  return changed.some(([, own], i) => own !== entries[i]![1]) ? Object.fromEntries(changed) : value;
}

const keyRoles = ["group", "recording", "label"] as const;

/** Merges lists of records, one per person or session, as in {"users": {"ann": [{"ax": 0.1}], "bob": [...]}}. */
function recordsOfLists(
  entries: readonly (readonly [key: string, value: unknown])[],
  parent: string,
): Record<string, unknown>[] | undefined {
  const name = parent.replace(/s$/i, "");
  const lists = entries.map(([, value]) => {
    const own = isJsonObject(value) ? Object.values(value) : [];
    return own.length === 1 ? own[0] : value;
  });
  const keysOf = (record: unknown): string =>
    isJsonObject(record) && Object.values(record).every(isPlainJsonValue)
      ? Object.keys(record).sort().join("\x1f")
      : "";
  const [first] = (Array.isArray(lists[0]) ? lists[0] : []) as unknown[];
  const keys = keysOf(first);
  const isTable = (list: unknown): boolean =>
    Array.isArray(list) && list.length >= fewestRows && list.every((record) => keysOf(record) === keys);
  if (keys === "" || keys.split("\x1f").includes(name) || !lists.every(isTable)) return undefined;
  if (entries.some(([key]) => sensorInText(key) !== undefined)) return undefined;
  // A single entry may also be any object around a list.
  if (entries.length === 1 && !keyRoles.some((role) => usualColumnOfRole([name], role) !== null)) return undefined;
  return entries.flatMap(([key], i) =>
    (lists[i] as Record<string, unknown>[]).map((record) => ({ [name]: key, ...record })),
  );
}

/** Whether the values count up from 0, like the rows of a table. */
function isCount(values: readonly unknown[]): boolean {
  return values.every((value, i) => Number(value) === i);
}

function isJsonListOfValues(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every(isPlainJsonValue);
}

function isPlainJsonValue(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
