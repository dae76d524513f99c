// Reads dates with a time, and infers the order of day and month from all dates of a file.

import { shellCommand } from "../../shell-words.ts";
import { duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import {
  type DateOrder,
  type DateTimeForm,
  partsOfTimeForm,
  secondsInClockForm,
  secondsInDateForm,
  secondsInOffsetForm,
  type TimePart,
} from "./time-forms.ts";
import { type ReadingText, type TimeReading, timeReadingFault, timeReadingRows } from "./time-reading.ts";
import { paddedFraction } from "./unpadded-fraction.ts";

export async function readDateTextClock(of: ReadingText, { form, parts, order }: DateTimeForm): Promise<TimeReading> {
  const part = await paddedFraction(of, form, partsOfTimeForm(duckdbIdentifier(of.column), form, parts));
  const matched = `regexp_matches(${duckdbIdentifier(of.column)}, ${duckdbLiteral(form)})`;
  const whole = (of: TimePart): string => `TRY_CAST(${part(of)} AS INTEGER)`;
  const [facts] = await timeReadingRows(
    of,
    `SELECT max(length(${part("a")})) AS year_first, max(length(${part("c")})) AS year_last, first(${duckdbIdentifier(of.column)}) AS example, bool_and(${part("sep")} = '-') AS dashes, bool_or(${whole("b")} IS NULL) AS month_name, max(${whole("a")}) AS a,
       max(${whole("b")}) AS b, max(${whole("c")}) AS c, count(DISTINCT concat(${part("a")}, ' ', ${part("b")})) AS dates, bool_or(${part("half")} <> '') AS half,
       bool_and(${part("sep")} = '.') AS dots, bool_and(regexp_matches(${duckdbIdentifier(of.column)}, ':\\d{2},\\d')) AS commas, bool_or(${part("zone")} <> '') AS zone, bool_and(${part("zone")} <> '') AS zones`,
    matched,
  );
  const { year_first, year_last, example, dashes, month_name, dates, half, dots, commas, zone, zones } = facts!;
  if (zone === true && zones !== true) {
    throw timeReadingFault(
      of,
      "an offset from UTC in all times or in none",
      "both",
      "Export the times again, all in UTC.",
    );
  }
  if (order === undefined && Number(year_first) <= 2 && Number(year_last) <= 2 && dashes === true) {
    throw timeReadingFault(
      of,
      "years with four digits",
      JSON.stringify(String(example).slice(0, 60)),
      `Give the position of the year with ${shellCommand("--time-format", "%y-%m-%d %H:%M:%S.%f")} or the like.`,
    );
  }
  const reading = (by: DateOrder): TimeReading => ({
    sql: `(${secondsInDateForm(by, part)} + ${secondsInClockForm(part)} - ${secondsInOffsetForm(part("zone"))})`,
    numbers: false,
    local: zone !== true,
    ...(by !== "ymd" && month_name !== true && order === undefined && { order: by }),
  });
  if (order !== undefined) return reading(order);
  if (Number(year_first) > 2) return reading("ymd");
  if (Number(year_last) <= 2 && Number(facts!.a) > 12 && Number(facts!.c) < 10) {
    of.warn(
      `${of.file}: column "${of.column}" has two-digit years, and the year is assumed to come first, as in ${JSON.stringify(String(example).slice(0, 60))}, because it would otherwise be before 2010. To say so, add --time-format.`,
    );
    return reading("ymd");
  }
  if (month_name === true) return reading("dmy");
  const [largest, second] = [Number(facts!.a), Number(facts!.b)];
  if (largest > 12 && second > 12) {
    throw timeReadingFault(
      of,
      "one order of day and month in the whole file",
      `${largest} in the first place and ${second} in the second`,
      "Export the times again, or give their format with --time-format.",
    );
  }
  if (largest > 12) return reading("dmy");
  if (second > 12 || half === true) return reading("mdy");
  // Where decimals have a comma, the day comes before the month.
  if (dots === true || commas === true) return reading("dmy");
  if (of.order !== undefined) return reading(of.order);
  const shown = JSON.stringify(String(example).slice(0, 60));
  if (Number(dates) === 1) {
    of.warn(
      `${of.file}: column "${of.column}" has only one date, ${shown}, which could begin with the day or the month. The month is assumed to come first. Durations are the same either way; for labels with dates, give the format with --time-format.`,
    );
    return { ...reading("mdy"), isOrderAssumed: true };
  }
  const likely = await likelyOrderOfDateText(of, reading("dmy").sql, reading("mdy").sql);
  if (likely === undefined) {
    throw timeReadingFault(
      of,
      "dates that show whether the day or the month comes first",
      `dates such as ${shown}, which make sense either way`,
      `Give their format: ${shellCommand("--time-format", "%d/%m/%Y %H:%M:%S.%f")} if the day comes first, or ${shellCommand("--time-format", "%m/%d/%Y %H:%M:%S.%f")} if the month does.`,
    );
  }
  of.warn(
    `${of.file}: column "${of.column}" could begin with the day or the month. ${likely.because} if the ${likely.by === "dmy" ? "day" : "month"} comes first, so that is assumed. To say so, add --time-format.`,
  );
  return { ...reading(likely.by), isOrderAssumed: true };
}

/**
 * Minimum ratio between the time spans of all dates in the two orders at which the order with the shorter span counts as
 * likely.
 */
const clearlyCloser = 1.5;

/**
 * Returns the order in which time runs backwards less often or, if there is no difference, the order in which the dates are
 * closer together; undefined if neither order is likely.
 */
async function likelyOrderOfDateText(
  of: ReadingText,
  dmy: string,
  mdy: string,
): Promise<{ by: "dmy" | "mdy"; because: string } | undefined> {
  const name = duckdbIdentifier(of.column);
  const facts = (order: string): string =>
    `max(${order}) - min(${order}) AS ${order}_span, count(*) FILTER (${order} < ${order}_before) AS ${order}_back`;
  const before = (order: string): string => `lag(${order}) OVER (ORDER BY n) AS ${order}_before`;
  const [found] = await of.database.rows(
    `SELECT ${facts("dmy")}, ${facts("mdy")} FROM (SELECT *, ${before("dmy")}, ${before("mdy")} FROM
       (SELECT row_number() OVER () AS n, ${dmy} AS dmy, ${mdy} AS mdy FROM ${of.schema.source(new Set(), null)} WHERE ${name} IS NOT NULL))`,
  );
  const [dmyBack, mdyBack, dmySpan, mdySpan] = ["dmy_back", "mdy_back", "dmy_span", "mdy_span"].map((key) =>
    Number(found![key]),
  ) as [number, number, number, number];
  if (dmyBack !== mdyBack) return { by: dmyBack < mdyBack ? "dmy" : "mdy", because: "Time runs forwards" };
  if (Math.max(dmySpan, mdySpan) < clearlyCloser * Math.min(dmySpan, mdySpan)) return undefined;
  return { by: dmySpan < mdySpan ? "dmy" : "mdy", because: "The dates lie closer together" };
}
