// Joins a clock that is spread over several columns: a date and a time of day (or the seconds since midnight); whole seconds
// and the fraction of each second; year, month, day, hour, minute and second. The joined column holds text, which text-clock.ts
// reads like any other, so the order of day and month is inferred from the whole file. Columns are joined only if the first
// rows of the file have the form of these parts.

import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { type ColumnsOfTable, withComputedColumn } from "./split-clock.ts";
import { normaliseUsualColumnName, usualColumnNameWithoutUnit, usualColumnOfRole } from "./usual-column-names.ts";

/** Number of rows at the top of a file used to determine whether the columns belong together. */
const searchedRows = 2000;
/** Number of seconds above which numbers are more likely a time of day than elapsed time, if no name says which. Arbitrary. */
const leastTimeOfDay = 3600;
/** Maximum mean step between times of day, in seconds. */
const slowestStep = 1.2;

const dateWords = /\b(date|datum|fecha|jour|dia|data|giorno|tarih|dato|day|tag|datestamp|yyyymmdd|ddmmyyyy)\b/;
const otherDateWords = /\b(birth|dob|geburts?|naissance|nacimiento|nascita|export|download|modified|updated?)\b/;
const timeOfDayWords = /\b(of day|of the day|ofday|since midnight|tod|sod)\b/;
const millisecondWords = /\b(ms|millis|milliseconds?)\b/;

const midnight = "[ T]0?0:00(?::00(?:\\.0*)?)?\\s*$";
const weekday = "(?:(?i:mon|tue|wed|thu|fri|sat|sun)[A-Za-z]*\\.?,?\\s+)?";
const dateForm = `^\\s*${weekday}(?:\\d{1,4}[-/. ](?:\\d{1,2}|[A-Za-z]{3,9})[-/. ]\\d{1,4}|(?:19|20)\\d{6}|[A-Za-z]{3,9}\\.? \\d{1,2},? \\d{4})(?:${midnight})?\\s*$`;
const clock = "\\d{1,2}:\\d{2}";
const halfDayAndOffset = "(?:\\s*[AaPp]\\.?[Mm]\\.?)?\\s*(?:Z|UTC|GMT|[+-]\\d{2}:?\\d{2})?\\s*$";
const timeForm = `^\\s*${clock}(?::\\d{2}(?:[.,:]\\d{0,9})?)?${halfDayAndOffset}`;
const wholeSecondsForm = `(?:^|[^:\\d])${clock}:\\d{2}${halfDayAndOffset}`;
const digitsForm = "^\\s*(?:[01]?\\d|2[0-3])[0-5]\\d[0-5]\\d(?:\\.\\d*|\\d{3})?\\s*$";

/** Words for fractions of a second, each with its number of digits. */
const fractionWords: readonly (readonly [words: RegExp, digits: number])[] = [
  [/\b(ms|msecs?|millis|milli ?seconds?|millisecs?|millisekunden|millisecondes)\b/, 3],
  [/\b(us|usecs?|micros|micro ?seconds?|microsecs?)\b/, 6],
  [/\b(ns|nsecs?|nanos|nano ?seconds?|nanosecs?)\b/, 9],
];

/** Names of parts, and the range of values of each. */
const parts = {
  year: { names: ["year", "yr", "yyyy", "jahr", "annee", "ano"], from: 0, to: 2103 },
  month: { names: ["month", "mon", "mo", "monat", "mois", "mes"], from: 1, to: 12 },
  day: { names: ["day", "dd", "dayofmonth", "mday", "tag", "jour", "dia"], from: 1, to: 31 },
  hour: {
    names: ["hour", "hours", "hr", "hh", "h", "stunde", "stunden", "heure", "heures", "hora", "horas", "ora", "ore"],
    from: 0,
    to: 23,
  },
  minute: {
    names: ["minute", "minutes", "min", "mins", "mi", "mm", "m", "minuten", "minuto", "minutos", "minuti"],
    from: 0,
    to: 59,
  },
  second: {
    names: [
      "second",
      "seconds",
      "sec",
      "secs",
      "ss",
      "s",
      "sekunde",
      "sekunden",
      "seconde",
      "secondes",
      "segundo",
      "segundos",
      "secondo",
      "secondi",
    ],
    from: 0,
    to: 60.999,
  },
} as const;

type PartName = keyof typeof parts;

/** A part of the clock: its columns, and SQL for its text. */
interface ClockText {
  readonly columns: readonly string[];
  readonly sql: string;
}

/** Adds the joined clock as a column, named after the columns that it joins, such as "Date + Time". */
export async function withDateAndTime<Schema extends ColumnsOfTable>(
  database: Database,
  schema: Schema,
): Promise<Schema> {
  const head = headOfDateAndTimeColumns(database, schema);
  const dates = schema.names.filter(isDateName);
  const others = schema.names.filter((name) => !dates.includes(name));
  const usual = usualTime(others) ?? usualTime(schema.names);
  const [hour, minute, second] = (["hour", "minute", "second"] as const).map((part) => columnOfDatePart(others, part));
  const isTimeInParts =
    hour !== undefined && minute !== undefined && second !== undefined && (usual === null || usual === second);
  const whole = isTimeInParts
    ? await timeOfParts(head, hour, minute, second)
    : usual === null
      ? undefined
      : { columns: [usual], sql: textOfColumn(usual) };
  if (whole === undefined) return schema;
  const time = await dateAndTimeWithFraction(head, whole, others);
  const date = await dateText(head, schema.names, dates);
  const joined =
    date === undefined ? time : ((await dateWithTime(head, date, time)) ?? (time === whole ? undefined : time));
  if (joined === undefined || joined.columns.length < 2) return schema;
  const name = joined.columns.join(" + ");
  return schema.names.includes(name) ? schema : withComputedColumn(schema, name, "VARCHAR", joined.sql);
}

/** Evaluates SQL aggregates over the first rows, optionally with computed columns added. */
type Head = (aggregates: readonly string[], added?: readonly string[]) => Promise<unknown[]>;

function headOfDateAndTimeColumns(database: Database, schema: ColumnsOfTable): Head {
  const rows = `(SELECT *, row_number() OVER () AS data_row FROM (SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows}))`;
  return async (aggregates, added = []) => {
    const selected = aggregates.map((sql, i) => `${sql} AS a${i}`).join(", ");
    const [found] = await database.rows(`SELECT ${selected} FROM (SELECT ${["*", ...added].join(", ")} FROM ${rows})`);
    return aggregates.map((_, i) => found![`a${i}`]);
  };
}

/** Returns the words in a name, in lower case and without accents. */
function wordsOfDateAndTimeName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .normalize("NFD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z]+/g, " ");
}

export function isDateName(name: string): boolean {
  const words = wordsOfDateAndTimeName(name);
  return dateWords.test(words) && !otherDateWords.test(words) && !timeOfDayWords.test(words);
}

/** Returns the column with the time, which must not be the fraction of a second. */
function usualTime(names: readonly string[]): string | null {
  const ofDay = names.find((name) => timeOfDayWords.test(wordsOfDateAndTimeName(name)));
  return (
    ofDay ??
    usualColumnOfRole(
      names.filter((name) => fractionDigitsOfDateAndTime(name) === undefined),
      "time",
    )
  );
}

function columnOfDatePart(names: readonly string[], part: PartName): string | undefined {
  const usual: readonly string[] = parts[part].names;
  return names.find((name) => usual.includes(normaliseUsualColumnName(usualColumnNameWithoutUnit(name))));
}

function fractionDigitsOfDateAndTime(name: string): number | undefined {
  return fractionWords.find(([words]) => words.test(wordsOfDateAndTimeName(name)))?.[1];
}

function textOfColumn(name: string): string {
  return `trim(CAST(${duckdbIdentifier(name)} AS VARCHAR))`;
}

function numberInColumn(name: string): string {
  return `TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE)`;
}

/** SQL that is true if there are values and all of them have a given form. */
function allMatchDateForm(sql: string, form: string): string {
  return `bool_and(regexp_matches(${sql}, ${duckdbLiteral(form)}))`;
}

/** SQL that is true if all values are numbers in the part's range and, except for seconds, whole. */
function dateAndTimePartInRange(name: string, part: PartName): string {
  const [number, { from, to }] = [numberInColumn(name), parts[part]];
  const isWhole = part === "second" ? "true" : `${number} = floor(${number})`;
  return `bool_and(coalesce(${number} BETWEEN ${from} AND ${to} AND ${isWhole}, ${duckdbIdentifier(name)} IS NULL))`;
}

/** SQL for a number with at least two digits before the point. */
function twoDigits(name: string): string {
  const text = textOfColumn(name);
  return `(CASE WHEN regexp_matches(${text}, '^\\d(\\D|$)') THEN '0' || ${text} ELSE ${text} END)`;
}

async function timeOfParts(head: Head, hour: string, minute: string, second: string): Promise<ClockText | undefined> {
  const found = await head([
    dateAndTimePartInRange(hour, "hour"),
    dateAndTimePartInRange(minute, "minute"),
    dateAndTimePartInRange(second, "second"),
  ]);
  if (!found.every((inRange) => inRange === true)) return undefined;
  const sql = [hour, minute, second].map(twoDigits).join(" || ':' || ");
  return { columns: [hour, minute, second], sql: `(${sql})` };
}

/** Adds the fraction of a second from a separate column, if that column restarts only when a second begins. */
async function dateAndTimeWithFraction(head: Head, time: ClockText, names: readonly string[]): Promise<ClockText> {
  for (const name of names) {
    const digits = fractionDigitsOfDateAndTime(name);
    if (digits === undefined || time.columns.includes(name)) continue;
    const number = numberInColumn(name);
    const [isWhole, fits, restarts, within] = await head(
      [
        allMatchDateForm("joined_time", wholeSecondsForm),
        `bool_and(coalesce(fraction >= 0 AND fraction < ${10 ** digits} AND fraction = floor(fraction), true))`,
        "count(*) FILTER (fraction < before)",
        "count(*) FILTER (fraction < before AND joined_time = time_before)",
      ],
      [
        `${time.sql} AS joined_time, ${number} AS fraction`,
        `lag(${number}) OVER (ORDER BY data_row) AS before, lag(${time.sql}) OVER (ORDER BY data_row) AS time_before`,
      ],
    );
    if (isWhole !== true || fits !== true || Number(restarts) === 0 || Number(within) > 0) continue;
    const padded = `lpad(CAST(CAST(${number} AS BIGINT) AS VARCHAR), ${digits}, '0')`;
    const sql = `regexp_replace(${time.sql}, '(\\d{1,2}:\\d{2}:\\d{2})', '\\1.' || ${padded})`;
    return { columns: [...time.columns, name], sql };
  }
  return time;
}

/** Returns the date from one column or from year, month and day columns. */
async function dateText(
  head: Head,
  names: readonly string[],
  dates: readonly string[],
): Promise<ClockText | undefined> {
  for (const name of dates) {
    const text = textOfColumn(name);
    const [isDate] = await head([allMatchDateForm(text, dateForm)]);
    if (isDate === true) return { columns: [name], sql: `regexp_replace(${text}, ${duckdbLiteral(midnight)}, '')` };
  }
  const [year, month, day] = (["year", "month", "day"] as const).map((part) => columnOfDatePart(names, part));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const found = await head([
    dateAndTimePartInRange(year, "year"),
    dateAndTimePartInRange(month, "month"),
    dateAndTimePartInRange(day, "day"),
  ]);
  if (!found.every((inRange) => inRange === true)) return undefined;
  const fourDigits = `CASE WHEN length(${textOfColumn(year)}) <= 2 THEN '20' || lpad(${textOfColumn(year)}, 2, '0') ELSE ${textOfColumn(year)} END`;
  return {
    columns: [year, month, day],
    sql: `(${fourDigits} || '-' || ${twoDigits(month)} || '-' || ${twoDigits(day)})`,
  };
}

/** @returns undefined if the times are not times of day */
async function dateWithTime(head: Head, date: ClockText, time: ClockText): Promise<ClockText | undefined> {
  const columns = [...date.columns, ...time.columns];
  const number = `TRY_CAST(${time.sql} AS DOUBLE)`;
  const [isTime, areDigits, isCompactDate, hasZeros, least, most, count, all] = await head([
    allMatchDateForm(time.sql, timeForm),
    allMatchDateForm(time.sql, digitsForm),
    allMatchDateForm(date.sql, "^\\d{8}$"),
    `bool_or(${time.sql} LIKE '0%')`,
    `min(${number})`,
    `max(${number})`,
    `count(${number})`,
    `count(${time.sql})`,
  ]);
  if (isTime === true) return { columns, sql: `(${date.sql} || ' ' || ${time.sql})` };
  // Numbers from 1,000,000 to below 86,400,000 may be milliseconds since midnight. Numbers below 86,400 may be seconds, unless
  // the date is in digits as well.
  const isInMilliseconds = Number(most) >= 1e6;
  const isTooLarge = Number(most) >= (isInMilliseconds ? 86_400_000 : 86_400);
  if (areDigits === true && (hasZeros === true || isTooLarge || (isCompactDate === true && !isInMilliseconds))) {
    const clock = `regexp_replace(${time.sql}, '^(\\d{1,2})(\\d\\d)(\\d\\d)(?:\\.(\\d*)|(\\d{3}))?$', '\\1:\\2:\\3.\\4\\5')`;
    return { columns, sql: `(${date.sql} || ' ' || ${clock})` };
  }
  const words = wordsOfDateAndTimeName(time.columns[0]!);
  const perSecond = millisecondWords.test(words) ? 1000 : 1;
  const [first, last] = [Number(least) / perSecond, Number(most) / perSecond];
  if (Number(count) < Number(all) || !(first >= 0 && last < 86_400)) return undefined;
  const isSlow = !((last - first) / Number(count) <= slowestStep);
  if (!timeOfDayWords.test(words) && (perSecond > 1 || first < leastTimeOfDay || isSlow)) return undefined;
  const clock = `strftime(make_timestamp(CAST(round(${number} * ${1e6 / perSecond}) AS BIGINT)), '%H:%M:%S.%f')`;
  return { columns, sql: `(${date.sql} || ' ' || ${clock})` };
}
