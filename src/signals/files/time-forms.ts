// Describes the text formats of times as regular expressions, and converts their parts to seconds in SQL.

import { duckdbLiteral } from "./duckdb.ts";

const [a, b, c] = ["\\d{1,4}", "\\d{1,2}|[A-Za-z]{3,9}", "\\d{1,4}"];
const weekday = "(?:(?i:mon|tue|wed|thu|fri|sat|sun)[A-Za-z]*\\.?,?\\s+)?";
const monthName = "([A-Za-z]{3,9})\\.?";
/** Some loggers that leave out trailing zeros still write the separator after whole seconds. */
const fraction = "(?:[.,:](\\d{0,9}))?";
/** Spanish puts a space inside: a. m. */
const halfDay = "\\s*([AaPp])?\\.?(?:[\\s\u00a0\u202f]?[Mm]\\.?)?";
const hours = `(\\d{1,2})[:.h](\\d{2})(?:[:.m](\\d{2}))?${fraction}${halfDay}`;
const unpaddedHours = `(\\d{1,2}):(\\d{1,2}):(\\d{1,2})${fraction}${halfDay}`;
const zone = "Z|(?:UTC|GMT)?[+-]\\d{1,2}:?\\d{2}|(?:UTC|GMT)?[+-]\\d{1,2}|UTC|GMT";
const offset = `\\s*(${zone})?\\s*(?:\\[[^\\]]*\\]|\\([^)]*\\))?`;
const clockParts = ["h", "mi", "s", "f", "half"] as const;

/** A date form, and the order of its parts `a`, `b` and `c`; undefined if it has to be inferred from the values. */
export interface DateTimeForm {
  readonly form: string;
  readonly parts: readonly TimePart[];
  readonly order?: DateOrder;
}

const compactDate = "((?:19|20)\\d{2})(\\d{2})(\\d{2})";
const numericDate = `(${a})([-/. ])(${b})[-/. ](${c})`;

export const dateTimeForms: readonly DateTimeForm[] = [
  {
    form: `^\\s*${weekday}${numericDate}(?:[T ,_/:-]+${hours})?${offset}\\s*$`,
    parts: ["a", "sep", "b", "c", ...clockParts, "zone"],
  },
  // 04MAY2026:10:00:00.123, as SAS writes it
  {
    form: `^\\s*(\\d{1,2})([A-Za-z]{3})(\\d{4})[T ,_:-]+${hours}\\s*$`,
    parts: ["a", "b", "c", ...clockParts],
    order: "dmy",
  },
  // May 4, 2026 @ 10:00:00.123; Mon May 04 2026 10:00:00 GMT+0200 (Central European Summer Time)
  {
    form: `^\\s*${weekday}${monthName}[ -]+(\\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\\d{4})(?:[T ,_-]+(?:(?:at|@)\\s+)?${hours})?${offset}\\s*$`,
    parts: ["b", "a", "c", ...clockParts, "zone"],
    order: "dmy",
  },
  // 2026年5月4日 下午10:00:00.123; 2026. 5. 4. 오후 10:00:00; 2026/5/4 上午 10:00:00
  {
    form: `^\\s*(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})\\s*[-/.月]\\s*(\\d{1,2})\\s*[.日]?,?[T\\s]*(上午|下午|오전|오후|午前|午後)?\\s*(\\d{1,2})[:时時시]\\s*(\\d{1,2})[:分분]\\s*(?:(\\d{1,2})${fraction}[秒초]?)?\\s*(上午|下午|오전|오후|午前|午後)?\\s*$`,
    parts: ["a", "b", "c", "half", "h", "mi", "s", "f", "late"],
    order: "ymd",
  },
  // Mon May  4 10:00:00.123 2026
  {
    form: `^\\s*${weekday}${monthName}\\s+(\\d{1,2}),?\\s+${hours}\\s+(\\d{4})\\s*$`,
    parts: ["b", "a", ...clockParts, "c"],
    order: "dmy",
  },
  // Mon May 04 10:00:00 GMT+02:00 2026, as Java writes it; zones such as CEST, which stand for several offsets, count as local
  {
    form: `^\\s*${weekday}${monthName}\\s+(\\d{1,2}),?\\s+${hours}\\s+(?:(${zone})|[A-Z]{2,5})\\s+(\\d{4})\\s*$`,
    parts: ["b", "a", ...clockParts, "zone", "c"],
    order: "dmy",
  },
  // 2026:05:04 10:00:00.123
  {
    form: `^\\s*(\\d{4}):(\\d{2}):(\\d{2})[T ,_-]+${hours}${offset}\\s*$`,
    parts: ["a", "b", "c", ...clockParts, "zone"],
    order: "ymd",
  },
  // 2026-05-04_10-00-00.123; four digits at the end would be an offset
  {
    form: `^\\s*(${a})([-/._ ])(${b})[-/._ ](${c})[T ,_-]+(\\d{1,2})[-_](\\d{2})[-_](\\d{2})(?:[.,_-](\\d{1,3}|\\d{5,9}))?(Z)?\\s*$`,
    parts: ["a", "sep", "b", "c", "h", "mi", "s", "f", "zone"],
  },
  // 2026-5-4 9:5:7:23, without leading zeros
  {
    form: `^\\s*${numericDate}[T ,_/:-]+${unpaddedHours}${offset}\\s*$`,
    parts: ["a", "sep", "b", "c", ...clockParts, "zone"],
  },
  // 20260504 10:00:00.123
  {
    form: `^\\s*${compactDate}[T ,_-]*${hours}${offset}\\s*$`,
    parts: ["a", "b", "c", ...clockParts, "zone"],
    order: "ymd",
  },
  // 10:00:00.123 04/05/2026
  {
    form: `^\\s*${hours}[ ,T_-]+${weekday}${numericDate}\\s*$`,
    parts: [...clockParts, "a", "sep", "b", "c"],
  },
];

export const compactForm: string = `^\\s*${compactDate}[T _-]?([01]\\d|2[0-3])([0-5]\\d)([0-5]\\d|60)(?:[.,_]?(\\d{1,9}))?(${zone})?\\s*$`;
export const compactParts = ["a", "b", "c", "h", "mi", "s", "f", "zone"] as const;
const twoDigits = { year: "([1-3]\\d)", month: "(0[1-9]|1[0-2])", day: "(0[1-9]|[12]\\d|3[01])" } as const;
const [yearFirst, dayFirst] = [
  `${twoDigits.year}${twoDigits.month}${twoDigits.day}`,
  `${twoDigits.day}${twoDigits.month}${twoDigits.year}`,
];
const clockDigits = "([01]\\d|2[0-3])([0-5]\\d)([0-5]\\d)";
/** 260504100000.123 and 260504100000123, or with the day first; years are from 2010 to 2039. */
export const shortDateForms: readonly { readonly form: string; readonly order: DateOrder }[] = (
  [
    [yearFirst, "ymd"],
    [dayFirst, "dmy"],
  ] as const
).flatMap(([date, order]) =>
  ["(?:[.,_](\\d{1,9}))?", "(\\d{3})"].map((end) => ({ form: `^\\s*${date}${clockDigits}${end}\\s*$`, order })),
);
export const shortDateParts = ["a", "b", "c", "h", "mi", "s", "f"] as const;
export const timeOfDayForm: string = `^\\s*(\\d{1,3})[:.h](\\d{2})[:.m](\\d{2})${fraction}(?:s|${halfDay})\\s*$`;
export const timeOfDayParts = ["h", "mi", "s", "f", "half"] as const;
/** 9:5:7:23, without leading zeros. */
export const unpaddedTimeForm: string = `^\\s*${unpaddedHours}\\s*$`;
/** 10-59-55-020 and 10_59_55.020 */
export const dashedTimeForm: string = "^\\s*([01]?\\d|2[0-3])[-_]([0-5]\\d)[-_]([0-5]\\d)[-_.,](\\d{3}|\\d{5,9})\\s*$";
export const dashedTimeParts = ["h", "mi", "s", "f"] as const;
/** 9:58 AM */
export const halfDayForm: string = "^\\s*(\\d{1,2}):(\\d{2})\\s*([AaPp])\\.?[Mm]\\.?\\s*$";
export const halfDayParts = ["h", "mi", "half"] as const;
/** A number with its unit: 20 ms, 0.02s. */
export const unitForm: string =
  "^\\s*([+-]?(?:\\d+(?:[.,]\\d*)?|[.,]\\d+)(?:[eE][+-]?\\d+)?)\\s*((?i:s|secs?|seconds?|ms|msecs?|millis|milliseconds?|[uµμ]s|usecs?|micros|microseconds?|ns|nsecs?|nanos|nanoseconds?))\\s*$";
/** Milliseconds since 1970 as .NET writes dates to JSON, with an offset that does not change them: /Date(1714816800000+0200)/. */
export const jsonDateForm: string = "^\\s*/Date\\((-?\\d+)(?:[+-]\\d{4})?\\)/\\s*$";
/** A duration of ISO 8601: PT1M0.02S. */
export const durationForm: string = "^\\s*P(?:(\\d+)D)?T(?:(\\d+)H)?(?:(\\d+)M)?(?:(\\d+)(?:[.,](\\d{1,9}))?S)?\\s*$";
export const durationParts = ["d", "h", "mi", "s", "f"] as const;
/** Elapsed time as pandas writes it: 0 days 00:00:07.900000. */
export const timedeltaForm: string = `^\\s*(\\d{1,4}) days? (\\d{1,2}):(\\d{2}):(\\d{2})${fraction}\\s*$`;
export const timedeltaParts = ["d", "h", "mi", "s", "f"] as const;
export const minutesForm: string = "^\\s*(\\d{1,3}):(\\d{2})[.,](\\d{1,9})\\s*$";
export const minutesParts = ["mi", "s", "f"] as const;

/**
 * A part of a written time; `a`, `b` and `c` are day, month and year in the form's `DateOrder`, and `half` or `late` is the half of
 * the day, before or after the hours.
 */
export type TimePart = "a" | "sep" | "b" | "c" | "d" | "h" | "mi" | "s" | "f" | "half" | "late" | "zone";
export type DateOrder = "ymd" | "dmy" | "mdy";

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Returns SQL for one part of each string in a column; an empty string if the form lacks that part. */
export function partsOfTimeForm(name: string, form: string, parts: readonly TimePart[]): (part: TimePart) => string {
  const struct = `regexp_extract(${name}, ${duckdbLiteral(form)}, [${parts.map(duckdbLiteral).join(", ")}])`;
  return (part) => (parts.includes(part) ? `(${struct}).${part}` : "''");
}

/** Returns SQL for the seconds from 1970 to the start of the day; null if there is no such date. */
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
  const half = `lower(concat(${part("half")}, ${part("late")}))`;
  const hours = `CASE WHEN ${half} = '' THEN ${hour} WHEN ${half} IN ('p', '下午', '오후', '午後') THEN ${hour} % 12 + 12 ELSE ${hour} % 12 END`;
  return `(86400 * coalesce(TRY_CAST(${part("d")} AS INTEGER), 0) + 3600 * (${hours}) + 60 * coalesce(TRY_CAST(${part("mi")} AS INTEGER), 0) + ${secondsInDecimalForm(part)})`;
}

function secondsInDecimalForm(part: (of: TimePart) => string): string {
  return `TRY_CAST(concat(coalesce(nullif(${part("s")}, ''), '0'), '.', coalesce(nullif(${part("f")}, ''), '0')) AS DOUBLE)`;
}

/** Returns SQL for the seconds in a string of the form `jsonDateForm`. */
export function secondsInJsonDateForm(name: string): string {
  return `(TRY_CAST(regexp_extract(${name}, ${duckdbLiteral(jsonDateForm)}, 1) AS DOUBLE) / 1000)`;
}

/** Returns SQL for the seconds in a string of the form `unitForm`. */
export function secondsInUnitForm(name: string): string {
  const part = (group: number): string => `regexp_extract(${name}, ${duckdbLiteral(unitForm)}, ${group})`;
  const unit = `lower(${part(2)})`;
  const per = `CASE WHEN ${unit} LIKE 's%' THEN 1 WHEN ${unit} LIKE 'mic%' THEN 1e6 WHEN ${unit} LIKE 'm%' THEN 1e3 WHEN ${unit} LIKE 'n%' THEN 1e9 ELSE 1e6 END`;
  return `(TRY_CAST(replace(${part(1)}, ',', '.') AS DOUBLE) / ${per})`;
}

/** @param written SQL for an offset such as Z, +02:00 or GMT+2 */
export function secondsInOffsetForm(written: string): string {
  const digits = `regexp_replace(${written}, '^(UTC|GMT)', '')`;
  const hours = `coalesce(TRY_CAST(regexp_extract(${digits}, '^[+-](\\d{1,2}?)(:?\\d{2})?$', 1) AS INTEGER), 0)`;
  const minutes = `CASE WHEN length(${digits}) > 3 THEN coalesce(TRY_CAST(right(${digits}, 2) AS INTEGER), 0) ELSE 0 END`;
  return `(CASE WHEN ${digits} LIKE '-%' THEN -1 ELSE 1 END * (3600 * ${hours} + 60 * (${minutes})))`;
}
