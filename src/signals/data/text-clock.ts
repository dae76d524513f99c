// Reads times that are written as text, in the forms of loggers and spreadsheets: dates in any usual order with a time and
// perhaps an offset ("05/04/2026 10:00:00.000", "2026-05-04T10.00.00.020", "2026-05-04 10:00:00:020",
// "2026-05-04 10:00:00.000+0100 [Europe/London]"), a time of day, or minutes and seconds ("00:07.9"). One form and one order of
// day and month hold for a whole file; nothing is decided cell by cell. DuckDB does the parsing.

import { UserError } from "../../errors.ts";
import { DataFault } from "./data-fault.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { isDateTimeInSchema, type TableSchema } from "./table-schema.ts";

/** How the time column of one file is read. */
export interface TimeReading {
  /** An SQL expression that gives seconds, or the column's own numbers. */
  readonly sql: string;
  /** Whether these are numbers whose unit is still to be decided. */
  readonly numbers: boolean;
  /** Whether the times are on a local clock, without an offset from UTC. */
  readonly local: boolean;
  /** Whether DuckDB itself reads the column as a date-time. */
  readonly isDateTime?: true;
  /** A clock without a date begins again after this many seconds. */
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

const [a, b, c] = ["\\d{1,4}", "\\d{1,2}|[A-Za-z]{3,9}", "\\d{1,4}"];
const fraction = "(?:[.,:](\\d{1,9}))?";
const halfDay = "\\s*([AaPp])?\\.?(?:[Mm]\\.?)?";
const offset = "\\s*(Z|UTC|GMT|[+-]\\d{2}:?\\d{2}|[+-]\\d{2})?\\s*(?:\\[[^\\]]*\\])?";
const dateTimeForm = `^\\s*(${a})([-/. ])(${b})[-/. ](${c})(?:[T ,_]+(\\d{1,2})[:.h](\\d{2})(?:[:.m](\\d{2}))?${fraction}${halfDay})?${offset}\\s*$`;
const dateTimeParts = ["a", "sep", "b", "c", "h", "mi", "s", "f", "half", "zone"] as const;
const timeOfDayForm = `^\\s*(\\d{1,3})[:.](\\d{2})[:.](\\d{2})${fraction}${halfDay}\\s*$`;
const timeOfDayParts = ["h", "mi", "s", "f", "half"] as const;
const minutesForm = "^\\s*(\\d{1,3}):(\\d{2})[.,](\\d{1,9})\\s*$";
const minutesParts = ["mi", "s", "f"] as const;

type Part = (typeof dateTimeParts)[number];
type DateOrder = "ymd" | "dmy" | "mdy";

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * @param timeFormat strptime format, as in `--time-format`
 * @throws DataFault if a cell does not have the form of the others, or no order of day and month fits all of them
 */
export async function timeReadingOf(of: ReadingText, timeFormat: string | undefined): Promise<TimeReading> {
  const { schema, column } = of;
  const name = duckdbIdentifier(column);
  const type = schema.types.get(column)!;
  if (timeFormat !== undefined) return givenTimeReading(of, timeFormat);
  if (isDateTimeInSchema(type)) {
    const wraps = /^TIME(?!STAMP)/.test(type) ? { wrapsAfter: daySeconds } : {};
    return { sql: `epoch(${name})`, numbers: false, local: !/ZONE/.test(type), isDateTime: true, ...wraps };
  }
  const numbers: TimeReading = { sql: name, numbers: true, local: false };
  if (!/^VARCHAR/.test(type)) return numbers;
  const matches = (form: string): string => `count(*) FILTER (regexp_matches(${name}, ${duckdbLiteral(form)}))`;
  const [counts] = await textRows(
    of,
    `SELECT count(TRY_CAST(${name} AS DOUBLE)) AS numbers, ${matches(dateTimeForm)} AS dates, ${matches(timeOfDayForm)} AS times, ${matches(minutesForm)} AS minutes`,
  );
  const count = (of: string): number => Number(counts![of]);
  const most = Math.max(count("dates"), count("times"), count("minutes"));
  if (most === 0 || count("numbers") > most) return numbers;
  const reading = await (count("dates") === most
    ? dateTimeReading(of)
    : count("times") === most
      ? timeOfDayReading(name)
      : minutesReading(name));
  await refuseOtherTimes(of, reading.sql, "the form of the other times");
  return reading;
}

async function givenTimeReading(of: ReadingText, format: string): Promise<TimeReading> {
  const name = `CAST(${duckdbIdentifier(of.column)} AS VARCHAR)`;
  const sql = `epoch(try_strptime(${name}, ${duckdbLiteral(format)}))`;
  try {
    await refuseOtherTimes(of, sql, `--time-format ${format}`);
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

async function dateTimeReading(of: ReadingText): Promise<TimeReading> {
  const part = partsOf(duckdbIdentifier(of.column), dateTimeForm, dateTimeParts);
  const matched = `regexp_matches(${duckdbIdentifier(of.column)}, ${duckdbLiteral(dateTimeForm)})`;
  const whole = (of: Part): string => `TRY_CAST(${part(of)} AS INTEGER)`;
  const [facts] = await textRows(
    of,
    `SELECT max(length(${part("a")})) AS year_first, bool_or(${whole("b")} IS NULL) AS month_name, max(${whole("a")}) AS a,
       max(${whole("b")}) AS b, count(DISTINCT concat(${part("a")}, ' ', ${part("b")})) AS dates, bool_or(${part("half")} <> '') AS half,
       bool_and(${part("sep")} = '.') AS dots, bool_or(${part("zone")} <> '') AS zone, bool_and(${part("zone")} <> '') AS zones`,
    matched,
  );
  const { year_first, month_name, dates, half, dots, zone, zones } = facts!;
  if (zone === true && zones !== true) {
    throw textFault(of, "an offset from UTC in all times or in none", "both", "Export the times again, all in UTC.");
  }
  const reading = (order: DateOrder): TimeReading => ({
    sql: `(${dateSeconds(order, part)} + ${clockSeconds(part)} - ${offsetSeconds(part("zone"))})`,
    numbers: false,
    local: zone !== true,
  });
  if (Number(year_first) > 2) return reading("ymd");
  if (month_name === true) return reading("dmy");
  const [largest, second] = [Number(facts!.a), Number(facts!.b)];
  if (largest > 12 && second > 12) {
    throw textFault(
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
  const [spans] = await textRows(
    of,
    `SELECT max(${reading("dmy").sql}) - min(${reading("dmy").sql}) AS dmy, max(${reading("mdy").sql}) - min(${reading("mdy").sql}) AS mdy`,
  );
  const order = Number(spans!.dmy) < Number(spans!.mdy) ? "dmy" : "mdy";
  of.warn(
    `${of.file}: column "${of.column}" could begin with the day or the month. The dates lie closer together if the ${order === "dmy" ? "day" : "month"} comes first, so that is assumed. To say so, add --time-format.`,
  );
  return reading(order);
}

async function timeOfDayReading(name: string): Promise<TimeReading> {
  const sql = clockSeconds(partsOf(name, timeOfDayForm, timeOfDayParts));
  return { sql, numbers: false, local: true, wrapsAfter: daySeconds };
}

/** Spreadsheets show `mm:ss.0` and lose the hour. */
async function minutesReading(name: string): Promise<TimeReading> {
  const part = partsOf(name, minutesForm, minutesParts);
  const sql = `(60 * TRY_CAST(${part("mi")} AS DOUBLE) + ${decimalSeconds(part)})`;
  return { sql, numbers: false, local: true, wrapsAfter: hourSeconds };
}

function partsOf(name: string, form: string, parts: readonly Part[]): (part: Part) => string {
  const struct = `regexp_extract(${name}, ${duckdbLiteral(form)}, [${parts.map(duckdbLiteral).join(", ")}])`;
  return (part) => (parts.includes(part) ? `(${struct}).${part}` : "''");
}

/** Seconds from 1970 to the beginning of the day; null if there is no such date. */
function dateSeconds(order: DateOrder, part: (of: Part) => string): string {
  const [year, month, day] = (
    order === "ymd" ? ["a", "b", "c"] : order === "dmy" ? ["c", "b", "a"] : ["c", "a", "b"]
  ).map((of) => part(of as Part)) as [string, string, string];
  const names = `[${monthNames.map(duckdbLiteral).join(", ")}]`;
  const number = `coalesce(TRY_CAST(${month} AS INTEGER), list_position(${names}, lower(left(${month}, 3))))`;
  const whole = `CASE WHEN length(${year}) <= 2 THEN '20' || lpad(${year}, 2, '0') ELSE ${year} END`;
  const date = `concat(${whole}, '-', lpad(CAST(${number} AS VARCHAR), 2, '0'), '-', lpad(${day}, 2, '0'))`;
  return `epoch(TRY_CAST(${date} AS DATE))`;
}

function clockSeconds(part: (of: Part) => string): string {
  const hour = `coalesce(TRY_CAST(${part("h")} AS INTEGER), 0)`;
  const hours = `CASE lower(${part("half")}) WHEN '' THEN ${hour} WHEN 'p' THEN ${hour} % 12 + 12 ELSE ${hour} % 12 END`;
  return `(3600 * (${hours}) + 60 * coalesce(TRY_CAST(${part("mi")} AS INTEGER), 0) + ${decimalSeconds(part)})`;
}

function decimalSeconds(part: (of: Part) => string): string {
  return `TRY_CAST(concat(coalesce(nullif(${part("s")}, ''), '0'), '.', coalesce(nullif(${part("f")}, ''), '0')) AS DOUBLE)`;
}

function offsetSeconds(zone: string): string {
  const hours = `coalesce(TRY_CAST(substr(${zone}, 2, 2) AS INTEGER), 0)`;
  const minutes = `CASE WHEN length(${zone}) > 3 THEN coalesce(TRY_CAST(right(${zone}, 2) AS INTEGER), 0) ELSE 0 END`;
  return `(CASE WHEN ${zone} LIKE '-%' THEN -1 ELSE 1 END * (3600 * ${hours} + 60 * (${minutes})))`;
}

async function textRows(
  { database, schema, column }: ReadingText,
  select: string,
  where = `${duckdbIdentifier(column)} IS NOT NULL`,
): Promise<Record<string, unknown>[]> {
  return database.rows(`${select} FROM ${schema.source(new Set(), null)} WHERE ${where}`);
}

/** Without this, a few cells in another form would count as missing. */
async function refuseOtherTimes(of: ReadingText, sql: string, expected: string): Promise<void> {
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

function textFault(of: ReadingText, expected: string, found: string, advice: string): DataFault {
  const { file, column } = of;
  const message = `${file}: column "${column}": expected ${expected}, found ${found}.`;
  return new DataFault({ code: "schema", message, advice, file, column, expected, found });
}
