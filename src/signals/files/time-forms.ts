// Describes the text forms of times as regular expressions, and converts their parts to seconds in SQL.

import { duckdbLiteral } from "./duckdb.ts";

const [a, b, c] = ["\\d{1,4}", "\\d{1,2}|[A-Za-z]{3,9}", "\\d{1,4}"];
/** Loggers that leave out zeros at the end leave the separator when a second begins. */
const fraction = "(?:[.,:](\\d{0,9}))?";
const halfDay = "\\s*([AaPp])?\\.?(?:[Mm]\\.?)?";
const offset = "\\s*(Z|UTC|GMT|[+-]\\d{2}:?\\d{2}|[+-]\\d{2})?\\s*(?:\\[[^\\]]*\\])?";
export const dateTimeForm: string = `^\\s*(${a})([-/. ])(${b})[-/. ](${c})(?:[T ,_/:-]+(\\d{1,2})[:.h](\\d{2})(?:[:.m](\\d{2}))?${fraction}${halfDay})?${offset}\\s*$`;
export const dateTimeParts = ["a", "sep", "b", "c", "h", "mi", "s", "f", "half", "zone"] as const;
export const compactForm: string =
  "^\\s*((?:19|20)\\d{2})(\\d{2})(\\d{2})[T _-]?([01]\\d|2[0-3])([0-5]\\d)([0-5]\\d|60)(?:[.,]?(\\d{1,9}))?Z?\\s*$";
export const compactParts = ["a", "b", "c", "h", "mi", "s", "f"] as const;
export const timeOfDayForm: string = `^\\s*(\\d{1,3})[:.](\\d{2})[:.](\\d{2})${fraction}${halfDay}\\s*$`;
export const timeOfDayParts = ["h", "mi", "s", "f", "half"] as const;
export const minutesForm: string = "^\\s*(\\d{1,3}):(\\d{2})[.,](\\d{1,9})\\s*$";
export const minutesParts = ["mi", "s", "f"] as const;

/** A part of a written time; `a`, `b` and `c` are day, month and year in the order in which they are written. */
export type TimePart = (typeof dateTimeParts)[number];
export type DateOrder = "ymd" | "dmy" | "mdy";

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Returns SQL for a part of each text in a column; an empty text if the form lacks that part. */
export function timePartsOf(name: string, form: string, parts: readonly TimePart[]): (part: TimePart) => string {
  const struct = `regexp_extract(${name}, ${duckdbLiteral(form)}, [${parts.map(duckdbLiteral).join(", ")}])`;
  return (part) => (parts.includes(part) ? `(${struct}).${part}` : "''");
}

/** Returns SQL for the seconds from 1970 to the beginning of the day; null if there is no such date. */
export function secondsInDateForm(order: DateOrder, part: (of: TimePart) => string): string {
  const [year, month, day] = (
    order === "ymd" ? ["a", "b", "c"] : order === "dmy" ? ["c", "b", "a"] : ["c", "a", "b"]
  ).map((of) => part(of as TimePart)) as [string, string, string];
  const names = `[${monthNames.map(duckdbLiteral).join(", ")}]`;
  const number = `coalesce(TRY_CAST(${month} AS INTEGER), list_position(${names}, lower(left(${month}, 3))))`;
  const whole = `CASE WHEN length(${year}) <= 2 THEN '20' || lpad(${year}, 2, '0') ELSE ${year} END`;
  const date = `concat(${whole}, '-', lpad(CAST(${number} AS VARCHAR), 2, '0'), '-', lpad(${day}, 2, '0'))`;
  return `epoch(TRY_CAST(${date} AS DATE))`;
}

export function secondsInClockForm(part: (of: TimePart) => string): string {
  const hour = `coalesce(TRY_CAST(${part("h")} AS INTEGER), 0)`;
  const hours = `CASE lower(${part("half")}) WHEN '' THEN ${hour} WHEN 'p' THEN ${hour} % 12 + 12 ELSE ${hour} % 12 END`;
  return `(3600 * (${hours}) + 60 * coalesce(TRY_CAST(${part("mi")} AS INTEGER), 0) + ${secondsInDecimalForm(part)})`;
}

export function secondsInDecimalForm(part: (of: TimePart) => string): string {
  return `TRY_CAST(concat(coalesce(nullif(${part("s")}, ''), '0'), '.', coalesce(nullif(${part("f")}, ''), '0')) AS DOUBLE)`;
}

export function secondsInOffsetForm(zone: string): string {
  const hours = `coalesce(TRY_CAST(substr(${zone}, 2, 2) AS INTEGER), 0)`;
  const minutes = `CASE WHEN length(${zone}) > 3 THEN coalesce(TRY_CAST(right(${zone}, 2) AS INTEGER), 0) ELSE 0 END`;
  return `(CASE WHEN ${zone} LIKE '-%' THEN -1 ELSE 1 END * (3600 * ${hours} + 60 * (${minutes})))`;
}
