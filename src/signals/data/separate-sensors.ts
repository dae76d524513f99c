// Turns a long table, in which a column identifies each row's sensor, into a wide table with one column per sensor and axis.
// Sensors of different kinds are joined automatically, because they can be read in only one way. If there are several devices,
// the user decides which ones to read, or whether to read them together.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { type TimeReading, textClock } from "../files/text-clock.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { kindOfSensorInText, nameOfSensorInText } from "../sensors/sensor-in-text.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { refuseSeveralClockRoles } from "./column-roles.ts";
import { fixedSplitOf } from "./fixed-split.ts";
import { givenSensors } from "./given-sensors.ts";
import { joinByTime } from "./join-by-time.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { findOwnClocks } from "./own-clocks.ts";
import {
  findPooledSensorColumn,
  pooledSensorsToJoin,
  rowsOfPooledSensor,
  type SensorColumn,
} from "./pooled-sensors.ts";
import { withoutRowsOfOtherSensors } from "./rows-of-other-sensors.ts";
import { rowsOfSplitSide } from "./rows-of-split-side.ts";
import { findSparseSensors } from "./sparse-sensors.ts";

export interface SeparatedTable {
  readonly schema: TableSchema;
  /** Default channels: those of all devices, or null for the usual channels. */
  readonly channels: readonly string[] | null;
}

/**
 * @param options.only conditions for the rows to read, each as COLUMN=VALUE
 * @param scratch folder for the joined table
 * @param warn called if sensors were joined or rows are left out
 * @throws UserError if several devices of one person are pooled, and no option says how to read them
 */
export async function separateSensors(
  database: Database,
  file: string,
  whole: TableSchema,
  options: ColumnOptions,
  { scratch, warn }: { scratch: ScratchFolder; warn: (message: string) => void },
): Promise<SeparatedTable> {
  const chosen = (options.only ?? []).reduce((rows, condition) => rowsOfSeparatedSensor(rows, condition, file), whole);
  const { split, side = "train" } = options;
  const schema = split === undefined ? chosen : await rowsOfSplitSide(database, file, chosen, { split, side }, warn);
  const role = (name: "label" | "group" | "recording" | "time"): string | null =>
    options[name] ?? usualColumnOfRole(schema.names, name);
  const [label, group, recording] = [role("label"), role("group"), role("recording")];
  const clock = role("time");
  if (clock !== null && !schema.names.includes(clock)) return { schema, channels: null };
  const fixed = [
    ...(options.only ?? []).map((condition) => condition.slice(0, condition.indexOf("="))),
    fixedSplitOf(split)?.column,
  ];
  const keys = [group, recording].filter((name) => name !== null && schema.names.includes(name)) as string[];
  const taken = new Set([
    ...keys,
    label,
    clock,
    ...fixed,
    ...(options.channels ?? []),
    ...(options.modelChannels ?? []),
    ...sensorsByName(schema.names).flatMap(({ channels }) => channels),
  ]);
  const candidates = options.pivot === undefined ? schema.names.filter((name) => !taken.has(name)) : [options.pivot];
  if (options.pivot !== undefined && !schema.names.includes(options.pivot)) {
    throw new UserError(`${file}: there is no column "${options.pivot}" (--pivot).`, {
      advice: "Specify the column that identifies each row's sensor or device.",
    });
  }
  const time =
    clock === null
      ? null
      : {
          ...(await textClock({ database, file, schema, column: clock, warn: () => {} }, options.timeFormat)),
          column: clock,
        };
  const found = await findPooledSensorColumn(database, schema, { keys, time, candidates });
  if (found === null) {
    if (options.pivot === undefined) {
      const kept = [label, clock].filter((name) => name !== null && schema.names.includes(name)) as string[];
      return {
        schema: await joinSeparatedSensors(database, file, schema, options, { keys, kept, time, scratch, warn }),
        channels: null,
      };
    }
    throw new UserError(
      `${file}: column "${options.pivot}" (--pivot) does not distinguish sensors that ran at the same time.`,
      {
        advice: "Leave out --pivot, or specify the column that identifies each row's sensor or device.",
      },
    );
  }
  if (clock === null) refuseSeveralClockRoles(schema.names, file);
  const dropped = new Set([...keys, label, clock, found.column]);
  const ofNumbers = await numericColumnsOfSeparateSensors(database, schema);
  const channels = schema.names.filter((name) => !dropped.has(name) && ofNumbers.has(name));
  const joined = found.kinds ? sensorsToSeparate(found, options) : found.values;
  if (found.with !== undefined || (!found.kinds && options.pivot === undefined))
    throw inseparableSensorsFault(file, found, channels[0] ?? "x");
  const others = found.values.filter((value) => !joined.includes(value));
  const leftOut = others.length === 0 ? "" : ` The rows of ${others.join(", ")} are not read.`;
  if (joined.length === 1) {
    warn(`${file}: only the rows with ${found.column} ${joined[0]} are read.${leftOut}`);
    return { schema: rowsOfSeparatedSensor(schema, `${found.column}=${joined[0]}`, file), channels: null };
  }
  const kept = [label, clock].filter((name) => name !== null && schema.names.includes(name)) as string[];
  return joinPooledSensors(database, file, schema, options, {
    found,
    joined,
    channels,
    keys,
    kept,
    time,
    scratch,
    warn: (how) => warn(`${how}${leftOut}`),
  });
}

/** Joins the sensors of a long table into one table with a column per sensor and channel. */
async function joinPooledSensors(
  database: Database,
  file: string,
  schema: TableSchema,
  options: Pick<ColumnOptions, "channels" | "modelChannels">,
  {
    found,
    joined,
    channels,
    keys,
    kept,
    time,
    scratch,
    warn,
  }: {
    found: SensorColumn;
    /** The sensors to join, as written in the column; at least two. */
    joined: readonly string[];
    /** The numeric columns without a role. */
    channels: readonly string[];
    keys: readonly string[];
    kept: readonly string[];
    time: (TimeReading & { readonly column: string }) | null;
    scratch: ScratchFolder;
    warn: (message: string) => void;
  },
): Promise<SeparatedTable> {
  const numbers = new Set([...channels, ...(time?.numbers === true ? [time.column] : [])]);
  const source = schema.source(numbers, time?.isDateTime === true ? time.column : null);
  const out = scratch.file("joined.parquet");
  const parts = await Promise.all(
    joined.map(async (value) => {
      const sql = `(SELECT * FROM ${source} WHERE ${rowsOfPooledSensor(found.column, value)})`;
      const own = found.kinds ? await columnsOfSeparatedSensor(database, sql, channels) : channels;
      return {
        sql,
        time: time?.sql ?? null,
        channels: own.map((name) => [name, `${nameOfSensorInText(value)}_${name}`] as const),
      };
    }),
  );
  const unmatched = await joinByTime(database, parts, { keys, kept, out });
  const [first, later] = [joined[0], joined.slice(1).join(", ")];
  const how =
    time === null
      ? `row by row: the nth row of ${first} with the nth row of ${later}.`
      : `by time: each row of ${first} with the values of ${later} interpolated between rows at most 3 steps apart.`;
  warn(`${file}: column "${found.column}" marks ${joined.join(", ")}, which are joined ${how}${unmatched}`);
  const own = options.channels ?? options.modelChannels;
  const usual = found.kinds || own !== undefined ? [] : usualChannels(channels).channels;
  const ofAll = joined.flatMap((value) => usual.map((name) => `${nameOfSensorInText(value)}_${name}`));
  return { schema: await schemaOfSeparatedSensors(database, out), channels: ofAll.length === 0 ? null : ofAll };
}

/** Returns the columns in which a sensor has values; all if there are none. A table may have columns for each sensor. */
async function columnsOfSeparatedSensor(
  database: Database,
  sql: string,
  channels: readonly string[],
): Promise<readonly string[]> {
  if (channels.length === 0) return channels;
  const counts = channels.map((name, c) => `count(${duckdbIdentifier(name)}) AS n${c}`);
  const [found] = await database.rows(`SELECT ${counts.join(", ")} FROM ${sql}`);
  const own = channels.filter((_, c) => Number(found![`n${c}`]) > 0);
  return own.length === 0 ? channels : own;
}

/**
 * Joins sensors that have their own clocks, or values in only some of the rows; in other tables, leaves out only the rows of
 * sensors that are not read.
 */
async function joinSeparatedSensors(
  database: Database,
  file: string,
  schema: TableSchema,
  options: ColumnOptions,
  {
    keys,
    kept,
    time,
    scratch,
    warn,
  }: {
    keys: readonly string[];
    kept: readonly string[];
    time: (TimeReading & { readonly column: string }) | null;
    scratch: ScratchFolder;
    warn: (message: string) => void;
  },
): Promise<TableSchema> {
  const { channels: given, modelChannels, sensor = [] } = options;
  const channels = given ?? modelChannels ?? usualChannels(schema.names, givenSensors(sensor, schema.names)).channels;
  if (channels.length === 0 || channels.some((name) => !schema.names.includes(name))) return schema;
  const vectors = sensorsByName(channels).map((own) => [...own.channels] as string[]);
  const others = channels.filter((name) => !vectors.some((vector) => vector.includes(name)));
  const out = scratch.file("joined.parquet");
  const clocks =
    time === null
      ? null
      : await findOwnClocks(database, file, schema, { time, sensors: vectors, keys, format: options.timeFormat, warn });
  if (clocks !== null) {
    const parts = clocks.map(({ reading, channels: own }) => {
      const numbers = new Set([...own, ...(reading.numbers ? [reading.column] : [])]);
      const rows = schema.source(numbers, reading.isDateTime === true ? reading.column : null);
      const sql = `(SELECT * FROM ${rows} WHERE ${duckdbIdentifier(reading.column)} IS NOT NULL)`;
      return { sql, time: reading.sql, channels: own.map((name) => [name, name] as const) };
    });
    const unmatched = await joinByTime(database, parts, { keys, kept, out });
    const [first, ...later] = clocks.map(({ reading, channels: own }) => `${own.join(", ")} (${reading.column})`);
    warn(
      `${file}: ${first} and ${later.join(" and ")} have their own clocks, and are joined by time, interpolated between rows at most 3 steps apart.${unmatched}`,
    );
    return schemaOfSeparatedSensors(database, out);
  }
  const sparse = await findSparseSensors(database, schema, [...vectors, ...others.map((name) => [name])]);
  if (sparse === null || (time === null && !sparse.single))
    return time === null ? schema : withoutRowsOfOtherSensors(database, schema, channels, warn);
  const numbers = new Set([...channels, ...(time?.numbers === true ? [time.column] : [])]);
  const source = schema.source(numbers, time?.isDateTime === true ? time.column : null);
  const parts = sparse.parts
    .toSorted((a, b) => channels.indexOf(a.channels[0]!) - channels.indexOf(b.channels[0]!))
    .map((part) => ({
      sql: `(SELECT * FROM ${source} WHERE ${part.rows})`,
      time: time?.sql ?? null,
      channels: part.channels.map((name) => [name, name] as const),
    }));
  const unmatched = await joinByTime(database, parts, { keys, kept, out });
  const [first, ...later] = sparse.parts.map((part) => part.channels.join(", "));
  const how =
    later.length === 0
      ? `only some rows have values of ${first}; only these are read.`
      : `the values of ${first} and ${later.join(" and ")} are in different rows, which are joined ${
          time === null ? "in their order" : "by time, interpolated between rows at most 3 steps apart"
        }.`;
  warn(`${file}: ${how}${unmatched}`);
  return schemaOfSeparatedSensors(database, out);
}

/**
 * Chooses the sensors to read: the accelerometer, then the gyroscope. If the user gives channels, chooses the sensors with
 * these channels instead.
 */
function sensorsToSeparate({ values }: SensorColumn, { channels, modelChannels }: ColumnOptions): string[] {
  const named = channels ?? modelChannels;
  const firstOf = (value: string): number =>
    named?.findIndex((name) => name.startsWith(`${nameOfSensorInText(value)}_`)) ?? -1;
  const own = values.filter((value) => firstOf(value) >= 0);
  if (own.length > 0) return own.sort((a, b) => firstOf(a) - firstOf(b));
  const usual = pooledSensorsToJoin(values, kindOfSensorInText);
  return usual.length > 0 ? usual : values.slice(0, 1);
}

function inseparableSensorsFault(file: string, found: SensorColumn, channel: string): UserError {
  const { column, values, with: other } = found;
  if (other !== undefined) {
    const [first, second] = [`${column}=${values[0]}`, `${other.column}=${other.values[0]}`];
    return new UserError(
      `${file}: rows with different "${column}" (${values.join(", ")}) and "${other.column}" (${other.values.join(", ")}) cover the same time of one person and recording. If these rows were read as one sensor, its values would jump back and forth.`,
      {
        advice: `To read one of them, use ${shellCommand("--only", first)} ${shellCommand("--only", second)}; to join some of them by time, use ${shellCommand("--only", second)} ${shellCommand("--pivot", column)}, or ${shellCommand("--only", first)} ${shellCommand("--pivot", other.column)}. If a column distinguishes people or recordings instead of sensors, specify it with --group or --recording.`,
      },
    );
  }
  return new UserError(
    `${file}: rows with "${column}" ${values.join(", ")} cover the same time of one person and recording. If these rows were read as one sensor, its values would jump back and forth.`,
    {
      advice: `To read one of them, use ${shellCommand("--only", `${column}=${values[0]}`)}; to join them by time, with channels such as ${nameOfSensorInText(values[0]!)}_${channel}, use ${shellCommand("--pivot", column)}. If the column distinguishes people or recordings instead of sensors, specify it with --group or --recording.`,
    },
  );
}

/** Number of rows at the top of a file used to determine whether a column contains numbers. */
const searchedRows = 1000;
const numberForm = "\\s*[-+]?(\\d+([.,]\\d*)?|[.,]\\d+)([eE][-+]?\\d+)?\\s*";

/**
 * Returns the numeric columns, and the text columns in which most cells are numbers: "+0.5", "0,5", or numbers and a few
 * missing-value markers.
 */
export async function numericColumnsOfSeparateSensors(
  database: Database,
  schema: TableSchema,
): Promise<ReadonlySet<string>> {
  const typed = schema.names.filter((name) =>
    /^(DOUBLE|FLOAT|REAL|DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT)/.test(schema.types.get(name) ?? ""),
  );
  const texts = schema.names.filter((name) => /^VARCHAR/.test(schema.types.get(name) ?? ""));
  if (texts.length === 0) return new Set(typed);
  const counts = texts.map((name, c) => {
    const isNumber = `regexp_full_match(${duckdbIdentifier(name)}, ${duckdbLiteral(numberForm)})`;
    return `count(*) FILTER (${isNumber}) AS n${c}, count(${duckdbIdentifier(name)}) AS c${c}`;
  });
  const [found] = await database.rows(
    `SELECT ${counts.join(", ")} FROM (SELECT * FROM ${schema.source(new Set())} LIMIT ${searchedRows})`,
  );
  const numbers = texts.filter((_, c) => 2 * Number(found![`n${c}`]) > Number(found![`c${c}`]));
  return new Set([...typed, ...numbers]);
}

/** Restricts a table to the rows with COLUMN=VALUE. */
function rowsOfSeparatedSensor(schema: TableSchema, condition: string, file: string): TableSchema {
  const at = condition.indexOf("=");
  const column = condition.slice(0, at);
  if (!schema.names.includes(column)) {
    throw new UserError(`${file}: there is no column "${column}" (--only ${condition}).`, {
      advice: "Give a column and a value, such as --only device=left.",
    });
  }
  const rows = rowsOfPooledSensor(column, condition.slice(at + 1));
  return {
    ...schema,
    source: (numbers, time) =>
      `(SELECT * FROM ${schema.source(new Set([...numbers].filter((name) => name !== column)), time)} WHERE ${rows})`,
  };
}

/** Reads the schema of a joined table, which was written as Parquet. */
export async function schemaOfSeparatedSensors(database: Database, path: string): Promise<TableSchema> {
  const source = `read_parquet(${duckdbLiteral(path)})`;
  const rows = await database.rows(`DESCRIBE FROM ${source}`);
  const types = new Map(rows.map((row) => [String(row.column_name), String(row.column_type)]));
  return { names: [...types.keys()], types, source: () => source };
}
