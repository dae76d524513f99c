// Reads times written as text, in the forms used by loggers and spreadsheets. The forms are dates in any common order with a
// time and perhaps an offset ("05/04/2026 10:00:00.000", "May 4, 2026 10:00:00.000 AM", "2026-05-04 10:00:00.000+0100
// [Europe/London]"), dates and times written only in digits ("20260504T100000.020"), times of day, elapsed time, and minutes
// and seconds ("00:07.9"). All times in a file have the same form and the same order of day and month; no cell is interpreted
// on its own. DuckDB does the parsing.

import { DataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { separatedNumber } from "./explain-read-error.ts";
import { isDateTimeInSchema, type TableSchema } from "./table-schema.ts";
import {
  compactForm,
  compactParts,
  type DateOrder,
  type DateTimeForm,
  dateTimeForms,
  minutesForm,
  minutesParts,
  secondsInClockForm,
  secondsInDateForm,
  secondsInDecimalForm,
  secondsInOffsetForm,
  type TimePart,
  timedeltaForm,
  timedeltaParts,
  timeOfDayForm,
  timeOfDayParts,
  timePartsOf,
} from "./time-forms.ts";

/** Describes how the time column of one file is read. */
export interface TimeReading {
  /** An SQL expression for seconds or, if `numbers`, for the column's own numbers. */
  readonly sql: string;
  /** Whether the times are numbers whose unit has yet to be determined. */
  readonly numbers: boolean;
  /** Whether the times are on a local clock, without an offset from UTC. */
  readonly local: boolean;
  /** Whether DuckDB reads the column as a date-time. */
  readonly isDateTime?: true;
  /** Order of day, month and year in dates that consist of numbers; undefined if the month is a name or the year comes first. */
  readonly order?: DateOrder;
  /** Seconds after which a clock without a date restarts. */
  readonly wrapsAfter?: number;
}

interface ReadingText {
  readonly database: Database;
  readonly file: string;
  readonly schema: TableSchema;
  readonly column: string;
  readonly warn: (message: string) => void;
}

const daySeconds = 86_400;
const hourSeconds = 3600;

/** Number of rows at the top of a file used to determine the form of its times. */
const headRows = 1000;

/**
 * @param timeFormat strptime format, as in `--time-format`
 * @throws DataFault if a cell does not have the same form as the others, or if no order of day and month fits all of them
 */
export async function textClock(of: ReadingText, timeFormat: string | undefined): Promise<TimeReading> {
  const { schema, column } = of;
  const name = duckdbIdentifier(column);
  const type = schema.types.get(column)!;
  if (timeFormat !== undefined) return readTextClockInFormat(of, timeFormat);
  if (isDateTimeInSchema(type) && !(await hasTextClockShortYears(of))) {
    const wraps = /^TIME(?!STAMP)/.test(type) ? { wrapsAfter: daySeconds } : {};
    return { sql: `epoch(${name})`, numbers: false, local: !/ZONE/.test(type), isDateTime: true, ...wraps };
  }
  const compact = readCompactTextClock(of);
  if (await holdsForTextClock(of, `${compact.sql} IS NOT NULL`)) {
    await refuseOtherTextClocks(of, compact.sql, "the form of the other times");
    return compact;
  }
  const numbers: TimeReading = { sql: name, numbers: true, local: false };
  if (!/^(VARCHAR|DATE|TIMESTAMP)/.test(type)) return numbers;
  const matches = (form: string): string => `count(*) FILTER (regexp_matches(${name}, ${duckdbLiteral(form)}))`;
  const forms = [timedeltaForm, timeOfDayForm, minutesForm, ...dateTimeForms.map(({ form }) => form)];
  const [counts] = await textClockRows(
    of,
    `SELECT count(TRY_CAST(${name} AS DOUBLE)) AS numbers, first(${name}) AS example, ${forms.map((form, i) => `${matches(form)} AS f${i}`).join(", ")}`,
  );
  const found = forms.map((_, i) => Number(counts![`f${i}`]));
  const most = Math.max(...found);
  const example = String(counts!.example ?? "");
  if (most === 0 && Number(counts!.numbers) === 0 && !separatedNumber.test(example) && example !== "") {
    throw textClockFault(
      of,
      "numbers, dates or times of day",
      JSON.stringify(example.slice(0, 60)),
      `Give the format of the times with ${shellCommand("--time-format", "%d/%m/%Y %H:%M:%S.%f")} or the like, or name another column with --time.`,
    );
  }
  if (most === 0 || Number(counts!.numbers) > most) return numbers;
  const [timedeltas, times, , ...dates] = found;
  const date = dates.indexOf(most);
  const reading = await (timedeltas === most
    ? readTimedeltaTextClock(name)
    : date >= 0
      ? readDateTimeTextClock(of, dateTimeForms[date]!)
      : times === most
        ? readTimeOfDayTextClock(name)
        : readMinutesTextClock(name));
  await refuseOtherTextClocks(of, reading.sql, "the form of the other times");
  return reading;
}

/** Whether a condition holds for all times in the first rows of the file. */
async function holdsForTextClock({ database, schema, column }: ReadingText, condition: string): Promise<boolean> {
  const head = `SELECT ${duckdbIdentifier(column)} FROM ${schema.source(new Set(), null)} LIMIT ${headRows}`;
  const [row] = await database.rows(
    `SELECT bool_and(${condition}) AS holds FROM (${head}) WHERE ${duckdbIdentifier(column)} IS NOT NULL`,
  );
  return row!.holds === true;
}

/** DuckDB interprets 24-05-04 as a day in the year 24. */
async function hasTextClockShortYears(of: ReadingText): Promise<boolean> {
  const text = `CAST(${duckdbIdentifier(of.column)} AS VARCHAR)`;
  return holdsForTextClock(of, `regexp_matches(${text}, '^\\s*\\d{1,2}[-/. ]')`);
}

/**
 * Reads times that consist only of digits, perhaps with a separator between date and time. Returns null unless the
 * digits form an existing date and time.
 */
function readCompactTextClock({ column }: ReadingText): TimeReading {
  const part = timePartsOf(`CAST(${duckdbIdentifier(column)} AS VARCHAR)`, compactForm, compactParts);
  const sql = `(${secondsInDateForm("ymd", part)} + ${secondsInClockForm(part)} - ${secondsInOffsetForm(part("zone"))})`;
  return { sql, numbers: false, local: true };
}

async function readTextClockInFormat(of: ReadingText, format: string): Promise<TimeReading> {
  const name = `CAST(${duckdbIdentifier(of.column)} AS VARCHAR)`;
  const sql = `epoch(try_strptime(${name}, ${duckdbLiteral(format)}))`;
  try {
    await refuseOtherTextClocks(of, sql, `--time-format ${format}`);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      `--time-format: expected a format such as "%d/%m/%Y %H:%M:%S.%f", got ${JSON.stringify(format)}`,
      {
        cause,
      },
    );
  }
  const wraps = /%[djxcvsD]/.test(format) ? {} : { wrapsAfter: /%[HIX]/.test(format) ? daySeconds : hourSeconds };
  return { sql, numbers: false, local: !/%[zZ]/.test(format), ...wraps };
}

async function readDateTimeTextClock(of: ReadingText, { form, parts, order }: DateTimeForm): Promise<TimeReading> {
  const part = timePartsOf(duckdbIdentifier(of.column), form, parts);
  const matched = `regexp_matches(${duckdbIdentifier(of.column)}, ${duckdbLiteral(form)})`;
  const whole = (of: TimePart): string => `TRY_CAST(${part(of)} AS INTEGER)`;
  const [facts] = await textClockRows(
    of,
    `SELECT max(length(${part("a")})) AS year_first, max(length(${part("c")})) AS year_last, first(${duckdbIdentifier(of.column)}) AS example, bool_and(${part("sep")} = '-') AS dashes, bool_or(${whole("b")} IS NULL) AS month_name, max(${whole("a")}) AS a,
       max(${whole("b")}) AS b, max(${whole("c")}) AS c, count(DISTINCT concat(${part("a")}, ' ', ${part("b")})) AS dates, bool_or(${part("half")} <> '') AS half,
       bool_and(${part("sep")} = '.') AS dots, bool_or(${part("zone")} <> '') AS zone, bool_and(${part("zone")} <> '') AS zones`,
    matched,
  );
  const { year_first, year_last, example, dashes, month_name, dates, half, dots, zone, zones } = facts!;
  if (zone === true && zones !== true) {
    throw textClockFault(
      of,
      "an offset from UTC in all times or in none",
      "both",
      "Export the times again, all in UTC.",
    );
  }
  if (order === undefined && Number(year_first) <= 2 && Number(year_last) <= 2 && dashes === true) {
    throw textClockFault(
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
      `${of.file}: column "${of.column}" has years of two digits, and the year is assumed to come first, as in ${JSON.stringify(String(example).slice(0, 60))}, because it would otherwise be before 2010. To say so, add --time-format.`,
    );
    return reading("ymd");
  }
  if (month_name === true) return reading("dmy");
  const [largest, second] = [Number(facts!.a), Number(facts!.b)];
  if (largest > 12 && second > 12) {
    throw textClockFault(
      of,
      "one order of day and month in the whole file",
      `${largest} in the first place and ${second} in the second`,
      "Export the times again, or give their format with --time-format.",
    );
  }
  if (largest > 12) return reading("dmy");
  if (second > 12 || half === true) return reading("mdy");
  if (dots === true) return reading("dmy");
  if (Number(dates) === 1) return reading("mdy");
  const [spans] = await textClockRows(
    of,
    `SELECT max(${reading("dmy").sql}) - min(${reading("dmy").sql}) AS dmy, max(${reading("mdy").sql}) - min(${reading("mdy").sql}) AS mdy`,
  );
  const closer = Number(spans!.dmy) < Number(spans!.mdy) ? "dmy" : "mdy";
  of.warn(
    `${of.file}: column "${of.column}" could begin with the day or the month. The dates lie closer together if the ${closer === "dmy" ? "day" : "month"} comes first, so that is assumed. To say so, add --time-format.`,
  );
  return reading(closer);
}

async function readTimeOfDayTextClock(name: string): Promise<TimeReading> {
  const seconds = secondsInClockForm(timePartsOf(name, timeOfDayForm, timeOfDayParts));
  // Without this condition, cells in a different form would be read as midnight.
  const sql = `CASE WHEN regexp_matches(${name}, ${duckdbLiteral(timeOfDayForm)}) THEN ${seconds} END`;
  return { sql, numbers: false, local: true, wrapsAfter: daySeconds };
}

async function readTimedeltaTextClock(name: string): Promise<TimeReading> {
  const seconds = secondsInClockForm(timePartsOf(name, timedeltaForm, timedeltaParts));
  const sql = `CASE WHEN regexp_matches(${name}, ${duckdbLiteral(timedeltaForm)}) THEN ${seconds} END`;
  return { sql, numbers: false, local: false };
}

/** Reads minutes and seconds, because spreadsheets display short times as `mm:ss.0`, without the hour. */
async function readMinutesTextClock(name: string): Promise<TimeReading> {
  const part = timePartsOf(name, minutesForm, minutesParts);
  const sql = `(60 * TRY_CAST(${part("mi")} AS DOUBLE) + ${secondsInDecimalForm(part)})`;
  return { sql, numbers: false, local: true, wrapsAfter: hourSeconds };
}

async function textClockRows(
  { database, schema, column }: ReadingText,
  select: string,
  where = `${duckdbIdentifier(column)} IS NOT NULL`,
): Promise<Record<string, unknown>[]> {
  return database.rows(`${select} FROM ${schema.source(new Set(), null)} WHERE ${where}`);
}

/** Rejects cells in a different form, because they would count as missing. */
async function refuseOtherTextClocks(of: ReadingText, sql: string, expected: string): Promise<void> {
  const name = duckdbIdentifier(of.column);
  const [cell] = await of.database.rows(
    `SELECT data_row, value FROM (SELECT row_number() OVER () AS data_row, CAST(${name} AS VARCHAR) AS value, ${sql} AS seconds
       FROM ${of.schema.source(new Set(), null)}) WHERE value IS NOT NULL AND seconds IS NULL ORDER BY data_row LIMIT 1`,
  );
  if (cell === undefined) return;
  const [row, found] = [Number(cell.data_row), String(cell.value).slice(0, 60)];
  throw new DataFault({
    code: "schema",
    message: `${of.file}: data row ${row}, column "${of.column}": expected ${expected}, found ${JSON.stringify(found)}.`,
    advice: "Correct the time or leave the cell empty (missing), or give the format of all times with --time-format.",
    file: of.file,
    row,
    column: of.column,
    expected,
    found,
  });
}

function textClockFault(of: ReadingText, expected: string, found: string, advice: string): DataFault {
  const { file, column } = of;
  const message = `${file}: column "${column}": expected ${expected}, found ${found}.`;
  return new DataFault({ code: "schema", message, advice, file, column, expected, found });
}
