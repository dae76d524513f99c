// Joins a clock that is split into two columns: whole seconds, and nanoseconds (or other fractions) within each second, as in
// ROS stamps (header.stamp.secs, header.stamp.nsecs). Neither column is a clock by itself: the seconds stay the same for many
// rows, and the fractions restart every second.

import { type Database, duckdbIdentifier } from "./duckdb.ts";
import { hasMinutesColumn, usualColumnOfRole } from "./usual-column-names.ts";

const secondsWord = /^(.*?)(secs?|seconds?|s)$/i;
const partWords: readonly (readonly [word: RegExp, perSecond: number])[] = [
  [/^(nsecs?|nanosecs?|nanoseconds?|nanos?|ns)$/i, 1e9],
  [/^(usecs?|microsecs?|microseconds?|micros?|us)$/i, 1e6],
  [/^(msecs?|millisecs?|milliseconds?|millis?|ms)$/i, 1e3],
  [/^(fracs?|fractions?|subsecs?|subseconds?)$/i, 1],
];

/** The parts of a table's schema that describe its columns. */
export interface ColumnsOfTable {
  readonly names: readonly string[];
  readonly types: ReadonlyMap<string, string>;
  source(numbers: ReadonlySet<string>, time?: string | null): string;
}

interface SplitClock {
  readonly seconds: string;
  readonly part: string;
  readonly perSecond: number;
}

/** Adds the joined clock as a column, named after the two columns. */
export async function withSplitClock<Schema extends ColumnsOfTable>(
  database: Database,
  schema: Schema,
): Promise<Schema> {
  const clock = splitClockInNames(schema.names);
  if (clock === undefined || !(await isSplitClock(database, schema, clock))) return schema;
  const name = joinedClockName(clock.seconds, clock.part);
  if (schema.names.includes(name)) return schema;
  return withComputedColumn(schema, name, "DOUBLE", sqlOfSplitClock(clock));
}

/** Adds a column that is computed from other columns. @param sql an expression in terms of the other columns */
export function withComputedColumn<Schema extends ColumnsOfTable>(
  schema: Schema,
  name: string,
  type: string,
  sql: string,
): Schema {
  return {
    ...schema,
    names: [name, ...schema.names],
    types: new Map([[name, type], ...schema.types]),
    source(numbers: ReadonlySet<string>, time?: string | null) {
      const own = new Set([...numbers].filter((column) => column !== name));
      return `(SELECT ${sql} AS ${duckdbIdentifier(name)}, * FROM ${schema.source(own, time)})`;
    },
  };
}

/** Matches names of Unix times that do not contain a word for time. */
const utcWord = /^(utc|gmt|unix|posix)$/i;

/** Returns the number of units per second of a column whose last word, which may be in brackets, is a part of a second. */
function unitOfPart(name: string): number | undefined {
  const words = name
    .trim()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
  const isPart = (word: string | undefined): boolean => /^(part|fraction|remainder)$/i.test(word ?? "");
  const word = isPart(words.at(-1)) ? words.at(-2) : words.at(-1);
  return partWords.find(([form]) => form.test(word ?? ""))?.[1];
}

/** Finds the pair of columns unless the table has another clock. */
function splitClockInNames(names: readonly string[]): SplitClock | undefined {
  if (hasMinutesColumn(names)) return undefined;
  const usual = usualColumnOfRole(names, "time");
  for (const seconds of names) {
    const before = secondsWord.exec(seconds.trim())?.[1];
    if (before === undefined || (before !== "" && /[a-z]$/i.test(before)) || (usual !== null && usual !== seconds))
      continue;
    for (const part of names) {
      if (part === seconds || !part.startsWith(before)) continue;
      const word = part.trim().slice(before.length);
      const perSecond = partWords.find(([form]) => form.test(word))?.[1];
      if (perSecond !== undefined) return { seconds, part, perSecond };
    }
  }
  // A column of milliseconds may have the usual name of a time itself, and the whole seconds any other name.
  const parts = names.filter((name) => unitOfPart(name) !== undefined);
  const whole =
    usual !== null && !parts.includes(usual)
      ? usual
      : (usualColumnOfRole(
          names.filter((name) => !parts.includes(name)),
          "time",
        ) ?? names.find((name) => utcWord.test(name)));
  const part = parts.find((name) => name !== whole);
  return whole == null || part === undefined ? undefined : { seconds: whole, part, perSecond: unitOfPart(part)! };
}

function sqlOfSplitClock({ seconds, part, perSecond }: SplitClock): string {
  const number = (name: string): string => `TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE)`;
  return `(${number(seconds)} + ${number(part)} / ${perSecond})`;
}

/** Number of rows at the top of a file used to determine whether the columns belong together. */
const searchedRows = 2000;

/** Maximum share of the rows in which fractions may decrease within a second, as in events of several sensors. */
const mostWithin = 0.05;

/** Maximum number of different seconds, as a share of the rows; a complete clock has almost as many as there are rows. */
const mostSeconds = 0.9;

/** Whether the seconds are integers, the fractions are less than a second, and the fractions restart with the seconds. */
async function isSplitClock(database: Database, schema: ColumnsOfTable, clock: SplitClock): Promise<boolean> {
  const [seconds, part] = [clock.seconds, clock.part].map((name) => `TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE)`);
  const [found] = await database.rows(
    `SELECT bool_and(s = floor(s)) AS whole, bool_and(p >= 0 AND p < ${clock.perSecond}) AS less,
       count(*) FILTER (p < before) AS again, count(*) FILTER (p < before AND s = second) AS within,
       count(*) AS rows, count(DISTINCT s) AS seconds
     FROM (SELECT s, p, lag(p) OVER (ORDER BY n) AS before, lag(s) OVER (ORDER BY n) AS second FROM
       (SELECT row_number() OVER () AS n, ${seconds} AS s, ${part} AS p FROM (SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})))`,
  );
  const isWithin = Number(found!.within) > mostWithin * Number(found!.rows);
  return (
    found!.whole === true &&
    found!.less === true &&
    !isWithin &&
    Number(found!.again) > 0 &&
    Number(found!.seconds) > 1 &&
    Number(found!.seconds) <= mostSeconds * Number(found!.rows)
  );
}

/** Returns the name for a clock joined from two columns. */
function joinedClockName(seconds: string, part: string): string {
  return `${seconds} + ${part} (s)`;
}
