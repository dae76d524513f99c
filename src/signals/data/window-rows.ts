// Turns a table whose rows hold whole windows, with columns acc_x_0 to acc_x_127 or a list of samples in acc_x, and so on for
// the other axes, into a table with one sample per row. Each window becomes a recording, because nothing says whether the next
// window continues or overlaps it, unless the rows are packets: lists, or a few numbered columns, that have times and continue in
// the next row.

import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier, duckdbLiteral, isColumnAmong } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { fewestSamples } from "./channel-roles.ts";
import type { ColumnOptions } from "./named-columns.ts";

/** Name of the column with the number of each window. */
export const windowColumn = "window";

/** An axis with its columns: one per sample of a window, in order, or a single column that contains lists of samples. */
interface WindowAxis {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isList: boolean;
}

/** Number of rows at the top of a file that are compared. */
const comparedRows = 1000;
/**
 * The columns' numbers stand for places, such as joints, and not for times, if values change from row to row by at most this
 * multiple of their change from column to column.
 */
const mostRowChange = 0.3;
/**
 * Limits for lists to be packets. `mostChange`: the change from the last sample of a list to the first sample of the next
 * list, divided by the change from sample to sample within lists; if the recordings in MotionSense, BFRB, UCI HAR and WISDM
 * are cut into contiguous packets of 5 to 50 samples, this ratio is below 0.95 for 95 % of them. `mostShared`: the share of
 * the rows whose first samples also occur in the row before, as in windows that overlap.
 */
const packets = { mostChange: 1, mostShared: 0.5 } as const;
/**
 * A few numbered columns are samples if the change from the last sample of a row to the first sample of the next row is at
 * most this multiple of the change from first sample to first sample. If the columns are sensors, the change of one sensor is
 * smaller than the difference between two. Arbitrary.
 */
const mostPacketChange = 0.8;

/**
 * @returns null if the rows are not windows
 * @throws UserError if the lists in a row have different lengths, or if the numbered columns belong to several points or
 * devices, such as the joints of a body in a video
 */
export async function withWindowRows(
  database: Database,
  file: string,
  schema: TableSchema,
  options: ColumnOptions,
  warn: (message: string) => void,
): Promise<TableSchema | null> {
  const named = options.channels?.some((name) => schema.names.includes(name)) ?? false;
  const few = named ? null : await packetsOfColumns(database, file, schema, options, warn);
  if (few !== null) return few;
  const axes = (named ? null : axesOfWindowRows(schema.names)) ?? axesOfListsInWindowRows(schema);
  if (axes === null || isColumnAmong(schema.names, windowColumn)) return null;
  const ofWindows = new Set(axes.flatMap(({ columns }) => columns));
  const beside = schema.names.filter((name) => !ofWindows.has(name));
  const time = options.time ?? usualColumnOfRole(beside, "time");
  const hasTime = time !== null && beside.includes(time);
  const arePackets = hasTime && axes[0]!.isList && (await areListsPackets(database, schema, axes));
  if (options.time !== undefined && !arePackets) return null;
  const others = schema.names.filter((name) => !ofWindows.has(name) && name !== time);
  if (sensorsByName(others).length > 0) return null;
  if (!axes[0]!.isList) await refusePlacesAsWindowRows(database, file, schema, axes, hasTime ? time : null);
  const samples = axes[0]!.isList
    ? await samplesOfListsInWindowRows(database, file, schema, axes)
    : counted(axes[0]!.columns.length, "sample");
  if (arePackets) {
    warn(
      `${file}: each row holds a packet of ${samples} that the next row continues, so the samples are read one after another.`,
    );
    return tableOfPackets(schema, axes, time);
  }
  warn(
    `${file}: each row holds a window of ${samples}, so each row is read as a separate recording. If the windows overlap, the same samples are read several times.${time === null ? "" : ` Column "${time}" is not read, because it gives one time per window.`}`,
  );
  const channels = samplesOfWindows(axes);
  const row = `${duckdbLiteral(`${file} `)} || row_number() OVER ()`;
  const kept = others.map(duckdbIdentifier);
  return {
    ...schema,
    names: [windowColumn, ...others, ...axes.map(({ name }) => name)],
    types: new Map([
      [windowColumn, "VARCHAR"],
      ...[...schema.types].filter(([name]) => others.includes(name)),
      ...axes.map(({ name }) => [name, "DOUBLE"] as const),
    ]),
    source(numbers) {
      const own = new Set([...ofWindows, ...others.filter((name) => numbers.has(name))]);
      return `(SELECT ${[duckdbIdentifier(windowColumn), ...kept, ...channels].join(", ")} FROM (SELECT ${row} AS ${duckdbIdentifier(windowColumn)}, * FROM ${schema.source(own, null)}))`;
    },
  };
}

/**
 * Reads a few numbered columns as consecutive samples (x0, y0, z0 to x4, y4, z4). Null unless there is a time column, each row
 * continues the one before, and no other columns form a sensor or have the name of an axis.
 */
async function packetsOfColumns(
  database: Database,
  file: string,
  schema: TableSchema,
  options: ColumnOptions,
  warn: (message: string) => void,
): Promise<TableSchema | null> {
  const axes = axesOfWindowRows(schema.names, 2);
  const count = axes?.[0]?.columns.length ?? fewestSamples;
  if (axes === null || count >= fewestSamples) return null;
  const ofSamples = new Set(axes.flatMap(({ columns }) => columns));
  const others = schema.names.filter((name) => !ofSamples.has(name));
  const time = options.time ?? usualColumnOfRole(others, "time");
  if (time === null || !others.includes(time) || sensorsByName(others).length > 0) return null;
  if (axes.some(({ name }) => isColumnAmong(others, name))) return null;
  if (!(await areListsPackets(database, schema, axes, mostPacketChange))) return null;
  warn(
    `${file}: each row holds ${count} samples (${axes[0]!.columns.join(", ")}), because the next row continues them, so they are read one after another. If they are different sensors, list the channels with --channels.`,
  );
  return tableOfPackets(schema, axes, time);
}

function listOfWindowAxis({ columns, isList }: WindowAxis): string {
  return isList ? duckdbIdentifier(columns[0]!) : `[${columns.map(duckdbIdentifier).join(", ")}]`;
}

function samplesOfWindows(axes: readonly WindowAxis[]): string[] {
  return axes.map((axis) => `unnest(${listOfWindowAxis(axis)}) AS ${duckdbIdentifier(axis.name)}`);
}

/** Every sample gets the time of its row; equal times are spread later. */
function tableOfPackets(schema: TableSchema, axes: readonly WindowAxis[], time: string): TableSchema {
  const lists = new Set(axes.map(({ name }) => name));
  const ofSamples = new Set(axes.flatMap(({ columns }) => columns));
  const numbered = new Set(axes.flatMap(({ columns, isList }) => (isList ? [] : columns)));
  const others = schema.names.filter((name) => !ofSamples.has(name));
  const columns = [...others.map(duckdbIdentifier), ...samplesOfWindows(axes)].join(", ");
  return {
    ...schema,
    names: [...others, ...lists],
    types: new Map([
      ...[...schema.types].filter(([name]) => others.includes(name)),
      ...[...lists].map((name) => [name, "DOUBLE"] as const),
    ]),
    source(numbers, dateTime) {
      const own = [...numbered, ...[...numbers].filter((name) => others.includes(name))];
      const present = `${duckdbIdentifier(time)} IS NOT NULL`;
      return `(SELECT ${columns} FROM ${schema.source(new Set(own), dateTime)} WHERE ${present})`;
    },
  };
}

/**
 * Whether the samples of each row continue in the next row.
 * @param mostFromFirst maximum change from the last sample of a row to the first of the next, as a multiple of the change from
 *   first sample to first sample
 */
async function areListsPackets(
  database: Database,
  schema: TableSchema,
  axes: readonly WindowAxis[],
  mostFromFirst: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const lists = axes.map((_, c) => `list${c}`);
  const numbered = new Set(axes.flatMap(({ columns, isList }) => (isList ? [] : columns)));
  const across = lists.map((list, c) => `abs(${list}[1] - last${c})`);
  const within = lists.map(
    (list) => `list_distance(${list}[2:], ${list}[:len(${list}) - 1]) / sqrt(greatest(1, len(${list}) - 1))`,
  );
  const shared = lists.map(
    (list, c) => `list_contains(before${c}, ${list}[1]) AND list_contains(before${c}, ${list}[2])`,
  );
  const before = lists.map(
    (list, c) => `lag(${list}) OVER (ORDER BY n) AS before${c}, lag(${list}[-1]) OVER (ORDER BY n) AS last${c}`,
  );
  const fromFirst = lists.map((list, c) => `abs(${list}[1] - before${c}[1])`);
  const isWhole = lists.map((list) => `len(${list}) > 1 AND list_count(${list}) = len(${list})`).join(" AND ");
  const [found] = await database.rows(
    `SELECT median(${across.join(" + ")}) AS across, median(${within.join(" + ")}) AS within,
            median(${fromFirst.join(" + ")}) AS from_first, avg(CAST(${shared.join(" AND ")} AS INT)) AS shared
       FROM (SELECT *, ${before.join(", ")}
               FROM (SELECT row_number() OVER () AS n, ${axes.map((axis, c) => `${listOfWindowAxis(axis)} AS list${c}`).join(", ")}
                       FROM ${schema.source(numbered, null)} LIMIT ${comparedRows}) WHERE ${isWhole})
      WHERE last0 IS NOT NULL`,
  );
  if (found!.across === null) return false;
  const change = { across: Number(found!.across), within: Number(found!.within), fromFirst: Number(found!.from_first) };
  if (change.across > mostFromFirst * change.fromFirst) return false;
  return change.across <= packets.mostChange * change.within && Number(found!.shared) <= packets.mostShared;
}

/**
 * Minimum ratio of the change between neighbouring columns to that between columns half a row apart, above which the columns in
 * rows with times stand for places. Neighbouring samples of a window are more alike than samples half a window apart, but
 * neighbouring places are not. Arbitrary.
 */
const leastNeighbourChange = 0.8;

/**
 * Rejects columns whose numbers stand for places, such as joints, and not for samples of a window. Consecutive rows of places
 * are consecutive samples, so they differ less than neighbouring columns; windows differ more, even if they overlap. Rows that
 * repeat the previous row, as in files with one row per rater, are ignored.
 * @param time column with the time of each row; null if there is none
 */
async function refusePlacesAsWindowRows(
  database: Database,
  file: string,
  schema: TableSchema,
  axes: readonly WindowAxis[],
  time: string | null,
): Promise<void> {
  const { columns } = axes[0]!;
  const half = columns.length >> 1;
  const list = (names: readonly string[]): string =>
    `[${names.map((name) => `coalesce(${duckdbIdentifier(name)}, 0)`).join(", ")}]`;
  const [found] = await database.rows(
    `SELECT median(by_row) FILTER (by_row > 0) AS by_row, median(by_number) AS by_number,
            median(by_number / by_half) FILTER (by_half > 0) AS by_half FROM
       (SELECT list_distance(row, lag(row) OVER (ORDER BY n)) AS by_row, by_number, by_half FROM
         (SELECT row_number() OVER () AS n, ${list(columns)} AS row,
                 list_distance(${list(columns.slice(1))}, ${list(columns.slice(0, -1))}) / sqrt(${columns.length - 1}) AS by_number,
                 list_distance(${list(columns.slice(half))}, ${list(columns.slice(0, columns.length - half))}) / sqrt(${columns.length - half}) AS by_half
            FROM ${schema.source(new Set(columns), null)} LIMIT ${comparedRows}))`,
  );
  if (found!.by_row === null) return;
  const changes = Number(found!.by_row) / Math.sqrt(columns.length) < mostRowChange * Number(found!.by_number);
  const areAlike = time !== null && Number(found!.by_half) > leastNeighbourChange;
  if (!changes && !areAlike) return;
  const first = axes.map((axis) => axis.columns[0]!);
  const because = changes
    ? "they change less from row to row than from number to number. They look like several sensors, or points in a video"
    : `neighbouring columns differ as much as others, and each row has a time ("${time}"). They look like several sensors`;
  throw new UserError(
    `${file}: ${columns[0]} to ${columns.at(-1)} are not the samples of a window, because ${because}.`,
    {
      advice: `Specify the channels to read, such as ${shellCommand("--channels", first.join(","))}${changes ? "" : `. If each row does hold a window, remove the column "${time}".`}`,
    },
  );
}

/** Finds columns with lists of numbers that are the axes of a sensor. */
function axesOfListsInWindowRows({ names, types }: TableSchema): WindowAxis[] | null {
  const lists = names.filter((name) =>
    /^(DOUBLE|FLOAT|DECIMAL\([\d,]+\)|\w*INT\w*)\[\d*\]$/.test(types.get(name) ?? ""),
  );
  const axes = new Set(sensorsByName(lists).flatMap(({ channels }) => channels));
  if (axes.size === 0) return null;
  return lists.filter((name) => axes.has(name)).map((name) => ({ name, columns: [name], isList: true }));
}

/** Returns the number of samples per list in words. @throws UserError if the lists in a row have different lengths */
async function samplesOfListsInWindowRows(
  database: Database,
  file: string,
  schema: TableSchema,
  axes: readonly WindowAxis[],
): Promise<string> {
  const lengths = axes.map(({ name }) => `len(${duckdbIdentifier(name)})`);
  const isUneven = lengths.slice(1).map((length) => `${length} <> ${lengths[0]}`);
  const [found] = await database.rows(
    `SELECT min(${lengths[0]}) AS least, max(${lengths[0]}) AS most, min(data_row) FILTER (${isUneven.join(" OR ")}) AS uneven
       FROM (SELECT row_number() OVER () AS data_row, * FROM ${schema.source(new Set(), null)})`,
  );
  const [least, most] = [Number(found!.least), Number(found!.most)];
  if (found!.uneven === null) return least === most ? counted(least, "sample") : `${least} to ${most} samples`;
  throw new UserError(
    `${file}: data row ${found!.uneven}: expected lists of the same length in ${axes.map(({ name }) => name).join(", ")}.`,
    { advice: "Correct the row, or specify the axes to read with --channels." },
  );
}

/** Finds columns numbered from 0 or 1 that hold the samples of at least three axes of a sensor. */
function axesOfWindowRows(names: readonly string[], fewest: number = fewestSamples): WindowAxis[] | null {
  const numbered = names.flatMap((name) => {
    const [, before = "", number, after = ""] = /^(.*?)(\d+)(\D*)$/.exec(name) ?? [];
    return number === undefined ? [] : [{ name, base: `${before}#${after}`, number: Number(number) }];
  });
  const axes: WindowAxis[] = [];
  const firsts = new Set<number>();
  for (const [base, own] of Map.groupBy(numbered, (column) => column.base)) {
    if (own.length < fewest) continue;
    const sorted = own.toSorted((a, b) => a.number - b.number);
    const first = sorted[0]!.number;
    if (first > 1 || sorted.some(({ number }, i) => number !== first + i)) return null;
    firsts.add(own.length);
    const name = base.replace(/[_.\s-]*\[?#\]?/, "").replace(/^[_.\s-]+|[_.\s-]+$/g, "");
    axes.push({ name, columns: sorted.map((column) => column.name), isList: false });
  }
  const isUnique = new Set(axes.map(({ name }) => name)).size === axes.length;
  const isVector = sensorsByName(axes.map(({ name }) => name)).length > 0;
  return firsts.size === 1 && isUnique && isVector ? axes : null;
}
