// Joins exports with one file per sensor: Accelerometer.csv and Gyroscope.csv, acc_exp01_user01.txt and gyro_exp01_user01.txt.
// Files in one folder whose names differ only in the sensor name are read as one table, joined by time. If such files were read
// one after another, the gyroscope would be mistaken for an accelerometer.

import { basename, dirname, join } from "node:path";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { axisFileSets } from "../files/axis-files.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { SourceFile } from "../files/find-files.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { textClock } from "../files/text-clock.ts";
import { usualColumnOfRole, usualTimeColumns } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { commonFoldersOfPaths } from "./common-folders.ts";
import { type JoinedPart, joinByTime } from "./join-by-time.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { pooledSensorsToJoin } from "./pooled-sensors.ts";
import { refuseOtherClocks } from "./refuse-other-clocks.ts";
import { isNamedOnlyByPath, isOrientationFile, sensorFilesOfLetters, sensorInPath } from "./sensor-in-path.ts";
import { sensorFilesOfOneDevice } from "./sensors-of-device.ts";
import { numericColumnsOfSeparateSensors, schemaOfSeparatedSensors } from "./separate-sensors.ts";

/** Matches the path of a file in an archive. */
const isInArchive = /\.(zip|xlsx|xlsm|csv)\//i;

/** One sensor's file. */
export interface SensorFile {
  readonly file: SourceFile;
  /** The sensor name in the file name, such as Accelerometer. */
  readonly sensor: string;
  readonly kind: string;
  /** Name of the file's only channel in the joined table if the file holds one axis, as acc_x.csv does. */
  readonly axis?: string;
}

/** A table stored in one file, or in one file per sensor. */
export interface SourceTable extends SourceFile {
  readonly parts?: readonly SensorFile[];
}

/**
 * @param columnsOf reads a file's column names
 * @param warn called if files are not read because their format differs from that of the other files
 */
export async function tablesOfSensorFiles(
  files: readonly SourceFile[],
  columnsOf: (file: SourceFile) => Promise<readonly string[]>,
  warn: (message: string) => void,
): Promise<SourceTable[]> {
  const sets = new Map<string, (SensorFile & { readonly inFolder: boolean })[]>();
  const keyOf = new Map<SourceFile, string>();
  const ofAxes = await sensorFilesOfAxes(files, columnsOf);
  const ofLetters = await sensorFilesOfLetters(
    files.filter((file) => !ofAxes.has(file)),
    columnsOf,
  );
  const common = commonFoldersOfPaths(files.map(({ path }) => path));
  for (const file of files) {
    if (ofAxes.has(file)) continue;
    const named = ofLetters.get(file) ?? sensorInPath(file.path, common);
    if (named === undefined) continue;
    const { key, sensor, kind, inFolder } = named;
    sets.set(key, [...(sets.get(key) ?? []), { file, sensor, kind, inFolder }]);
    keyOf.set(file, key);
  }
  const joined = new Map<string, SensorFile[]>();
  for (const [file, parts] of ofAxes) {
    keyOf.set(file, `${parts[0]!.file.path}\0`);
    joined.set(`${parts[0]!.file.path}\0`, [...parts]);
  }
  for (const [key, parts] of sets) {
    if (parts.length < 2) {
      if (isNamedOnlyByPath(parts[0]!, await columnsOf(parts[0]!.file).catch(() => []))) joined.set(key, parts);
      continue;
    }
    if (parts.every(({ inFolder, kind }) => inFolder && kind === parts[0]!.kind)) continue;
    const columns: (readonly string[])[] = [];
    for (const { file } of parts) columns.push(await columnsOf(file));
    if (!areWholeSensorFiles(columns)) joined.set(key, parts);
  }
  const folders = new Set([...joined.values()].map((parts) => dirname(parts[0]!.file.path)));
  const tables: SourceTable[] = [];
  const done = new Set<string>();
  const leftOut: string[] = [];
  const besides = await filesBesideRecordings(files, columnsOf, folders, common);
  for (const file of files) {
    const key = keyOf.get(file);
    const parts = key === undefined ? undefined : joined.get(key);
    if (parts === undefined) {
      // An archive contains everything that an app recorded, so some of its files may be left out; files given by the user
      // never are.
      if (besides.has(file) || (isInArchive.test(file.path) && folders.has(dirname(file.path))))
        leftOut.push(basename(file.path));
      else tables.push(file);
      continue;
    }
    if (done.has(key!)) continue;
    done.add(key!);
    tables.push({ ...parts[0]!.file, path: pathOfSensorFiles(parts), parts });
  }
  if (leftOut.length > 0)
    warn(`These files are not read, because their format differs from that of the other files: ${leftOut.join(", ")}.`);
  return tables;
}

/**
 * Finds files that contain a single axis besides the time, such as acc_x.csv; returns, for each of these files, all files of
 * its table.
 */
async function sensorFilesOfAxes(
  files: readonly SourceFile[],
  columnsOf: (file: SourceFile) => Promise<readonly string[]>,
): Promise<Map<SourceFile, readonly SensorFile[]>> {
  const found = new Map<SourceFile, readonly SensorFile[]>();
  for (const { sensors } of axisFileSets(files)) {
    const parts = sensors.flatMap(({ name, files: axes }) =>
      axes.map((file, i) => ({ file, sensor: name, kind: name, axis: `${name}_${"xyz"[i]}` })),
    );
    let areSingle = true;
    for (const { file } of parts) areSingle &&= valueOfAxisFile(await columnsOf(file).catch(() => [])) !== undefined;
    if (areSingle) for (const { file } of parts) found.set(file, parts);
  }
  return found;
}

/** Returns the only column without a role, or the one named after the value; undefined if there is none. */
function valueOfAxisFile(names: readonly string[]): string | undefined {
  const roles = (["label", "group", "recording", "time"] as const).map((role) => usualColumnOfRole(names, role));
  const others = names.filter((name) => !roles.includes(name));
  const values = others.length === 1 ? others : others.filter((name) => /^_?val(ue)?$/i.test(name.trim()));
  return values.length === 1 ? values[0] : undefined;
}

/**
 * Finds tables without a sensor, such as notes about the device, in archives where other tables have one and in folders with
 * one file per sensor; there, also files of orientations and of magnetometers that no other sensor's file matches.
 */
async function filesBesideRecordings(
  files: readonly SourceFile[],
  columnsOf: (file: SourceFile) => Promise<readonly string[]>,
  sensorFolders: ReadonlySet<string>,
  common: number,
): Promise<Set<SourceFile>> {
  const besides = files.filter(({ path }) => isInArchive.test(path) || sensorFolders.has(dirname(path)));
  if (besides.length < 2) return new Set();
  const sensors = new Map<SourceFile, number>();
  for (const file of besides) {
    // A file that cannot be read causes an error later, when its rows are read.
    const columns = await columnsOf(file).catch(() => undefined);
    const isOther =
      sensorFolders.has(dirname(file.path)) &&
      (isOrientationFile(file.path) || sensorInPath(file.path, common)?.kind === "magnetometer");
    sensors.set(file, columns === undefined ? 1 : isOther ? 0 : sensorsByName(columns).length);
  }
  if ([...sensors.values()].every((count) => count === 0)) return new Set();
  return new Set(besides.filter((file) => sensors.get(file) === 0));
}

function pathOfSensorFiles(parts: readonly SensorFile[]): string {
  const names = new Set(parts.map(({ file }) => basename(file.path)));
  return join(dirname(parts[0]!.file.path), [...names].join("+"));
}

/**
 * Joins the files of a table by time, or row by row if none of them has a time.
 * @param schemas the schemas of the table's parts, in order
 */
export async function joinSensorFiles(
  database: Database,
  table: SourceTable,
  schemas: readonly TableSchema[],
  options: ColumnOptions,
  { scratch, warn }: { scratch: ScratchFolder; warn: (message: string) => void },
): Promise<TableSchema> {
  const named = options.channels ?? options.modelChannels;
  const role = (schema: TableSchema, name: "label" | "group" | "recording" | "time"): string | null => {
    const found = options[name] ?? usualColumnOfRole(schema.names, name);
    return found !== null && schema.names.includes(found) ? found : null;
  };
  const numbersOf = await Promise.all(schemas.map((schema) => numericColumnsOfSeparateSensors(database, schema)));
  const all = table.parts!.map(({ file, sensor, kind, axis }, p) => {
    const schema = schemas[p]!;
    const taken = new Set((["label", "group", "recording", "time"] as const).map((name) => role(schema, name)));
    const value = axis === undefined ? undefined : valueOfAxisFile(schema.names);
    const columns = schema.names.filter(
      (name) => !taken.has(name) && numbersOf[p]!.has(name) && (value === undefined || name === value),
    );
    const own = sensorsByName(columns).filter((found) => found.kind !== "unknown");
    const clear = own.some((found) => found.kind === (kind === "linear" ? "accelerometer" : kind) && !found.weak);
    const isGiven = table.parts!.length === 1 && columns.some((name) => named?.includes(name));
    const channels = columns.map((name) => [name, axis ?? (clear || isGiven ? name : `${sensor}_${name}`)] as const);
    return { file, sensor, kind, schema, channels, time: role(schema, "time") };
  });
  const wanted = all.filter(({ channels }) => channels.some(([, name]) => named?.includes(name)));
  const usual = pooledSensorsToJoin(all.toSorted(sensorFilesByGravity), ({ kind }) => kind);
  const first = sensorFilesOfOneDevice(usual);
  const read = table.parts![0]!.axis !== undefined ? all : wanted.length > 0 ? wanted : first;
  const [base] = read;
  if (base === undefined) {
    const [first] = all;
    const isAlone = all.length === 1 && first !== undefined;
    throw new UserError(
      `${table.path}: ${isAlone ? `expected an accelerometer or a gyroscope, found the sensor ${first.sensor}, judging by the file's name` : "none of these files has an accelerometer or a gyroscope"}.`,
      {
        advice: isAlone
          ? `Give the accelerometer's file. To read this one, add ${shellCommand("--channels", channelsOfSensorFile(first.channels).join(","))}`
          : "List the files to read.",
      },
    );
  }
  const untimed = read.filter(({ time }) => time === null);
  if (untimed.length > 0 && untimed.length < read.length) {
    throw new UserError(
      `${untimed[0]!.file.path}: no time column was found, so it cannot be joined with ${base.file.path}.`,
      {
        advice: "Specify the column with --time, or read one of the files alone.",
      },
    );
  }
  const keys = (["group", "recording"] as const)
    .map((name) => role(base.schema, name))
    .filter((name) => name !== null && read.every(({ schema }) => schema.names.includes(name))) as string[];
  const kept = (["label", "group", "recording", "time"] as const)
    .map((name) => role(base.schema, name))
    .filter((name) => name !== null && !keys.includes(name)) as string[];
  const parts: JoinedPart[] = [];
  for (const { schema, channels, time, file } of read) {
    const reading =
      time === null
        ? undefined
        : await textClock({ database, file: file.path, schema, column: time, warn: () => {} }, options.timeFormat);
    const numbers = new Set(channels.map(([name]) => name));
    if (reading?.numbers === true) numbers.add(time!);
    const source = schema.source(numbers, reading?.isDateTime === true ? time : null);
    if (reading !== undefined)
      await refuseRepeatedSensorFileTimes(database, { file, source, schema, time: time!, sql: reading.sql, keys });
    parts.push({ sql: `(SELECT * FROM ${source})`, time: reading?.sql ?? null, channels });
  }
  const clocked = parts.map(({ sql, time }, p) => ({ path: read[p]!.file.path, sql, time }));
  await refuseOtherClocks(database, clocked);
  const out = scratch.file("joined.parquet");
  const unmatched = await joinByTime(database, parts, { keys, kept, out });
  const others = all.filter((part) => !read.includes(part)).map(({ file }) => basename(file.path));
  const unread = others.length === 0 ? "" : ` Not read: ${others.join(", ")}.`;
  if (read.length > 1) {
    const how = base.time === null ? "row by row" : "by time, interpolated between rows at most 3 steps apart";
    warn(`${read.map(({ file }) => file.path).join(" and ")} are joined ${how}.${unmatched}${unread}`);
  } else if (unread !== "") warn(`${base.file.path} is read alone.${unread}`);
  return schemaOfSeparatedSensors(database, out);
}

/** Returns the columns that are axes of sensors, or all columns if there are none. */
function channelsOfSensorFile(channels: JoinedPart["channels"]): readonly string[] {
  const names = channels.map(([name]) => name);
  const axes = sensorsByName(names).flatMap((sensor) => sensor.channels);
  return axes.length > 0 ? axes : names;
}

/** Whether each file has its own accelerometer and gyroscope; such files are separate recordings, not parts of one table. */
function areWholeSensorFiles(columns: readonly (readonly string[])[]): boolean {
  return columns.every((names) => usualChannels(names).channels.length >= 6);
}

/** Orders the sensors: those that include gravity first, uncalibrated ones last. */
function sensorFilesByGravity(a: { sensor: string }, b: { sensor: string }): number {
  const rank = ({ sensor }: { sensor: string }): number =>
    /total/i.test(sensor) ? 0 : /uncalibrated/i.test(sensor) ? 2 : 1;
  return rank(a) - rank(b);
}

/**
 * Rejects a file with more than two rows per distinct time if it has another time column. The join could spread rows that share
 * a time over the interval, but a finer clock in another column would be more accurate.
 */
async function refuseRepeatedSensorFileTimes(
  database: Database,
  of: { file: SourceFile; source: string; schema: TableSchema; time: string; sql: string; keys: readonly string[] },
): Promise<void> {
  const finer = usualTimeColumns(of.schema.names).find((name) => name !== of.time);
  if (finer === undefined) return;
  const instant = [of.sql, ...of.keys.map(duckdbIdentifier)].join(", ");
  const [counts] = await database.rows(`SELECT count(*) AS n, count(DISTINCT (${instant})) AS times FROM ${of.source}`);
  const [rows, times] = [Number(counts!.n), Number(counts!.times)];
  if (2 * times >= rows) return;
  throw new UserError(
    `${of.file.path}: ${counted(rows, "row")} have only ${counted(times, "different time")} (column "${of.time}"), so this file cannot be joined with that of another sensor.`,
    { advice: `Specify a finer time column: ${shellCommand("--time", finer)}` },
  );
}
