// Reads times written as text, in the forms used by loggers and spreadsheets. The forms are dates in any common order with a
// time and an optional offset ("05/04/2026 10:00:00.000", "May 4, 2026 10:00:00.000 AM", "2026-05-04 10:00:00.000+0100
// [Europe/London]"), dates and times written only in digits ("20260504T100000.020"), times of day, elapsed time ("PT0.02S", "20
// ms"), and minutes and seconds ("00:07.9"). All times in a file have the same form and the same order of day and month; no
// cell is interpreted on its own. DuckDB does the parsing.

import { DataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { readDateTextClock } from "./date-text-clock.ts";
import { duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { separatedNumber } from "./explain-read-error.ts";
import { isDateTimeInSchema } from "./table-schema.ts";
import {
  compactForm,
  compactParts,
  type DateOrder,
  dashedTimeForm,
  dashedTimeParts,
  dateTimeForms,
  durationForm,
  durationParts,
  halfDayForm,
  halfDayParts,
  jsonDateForm,
  minutesForm,
  minutesParts,
  partsOfTimeForm,
  secondsInClockForm,
  secondsInDateForm,
  secondsInJsonDateForm,
  secondsInOffsetForm,
  secondsInUnitForm,
  shortDateForms,
  shortDateParts,
  type TimePart,
  timedeltaForm,
  timedeltaParts,
  timeOfDayForm,
  timeOfDayParts,
  unitForm,
  unpaddedTimeForm,
} from "./time-forms.ts";
import { type ReadingText, type TimeReading, timeReadingFault, timeReadingRows } from "./time-reading.ts";
import { paddedFraction } from "./unpadded-fraction.ts";

export type { TimeReading } from "./time-reading.ts";

const daySeconds = 86_400;
const hourSeconds = 3600;

interface ClockForm {
  readonly form: string;
  /** Parts of the time in order, such as hours and minutes. */
  readonly parts?: readonly TimePart[];
  /** For a form without parts, returns SQL for the seconds in a column. */
  readonly seconds?: (name: string) => string;
  /** Seconds after which the clock restarts; undefined if it does not. */
  readonly wrapsAfter?: number;
}

/**
 * Forms of times other than the dates in `dateTimeForms`; if several fit equally many cells, the first is used. Spreadsheets
 * display short times as `mm:ss.0`, without the hour.
 */
const clockForms: readonly ClockForm[] = [
  { form: timedeltaForm, parts: timedeltaParts },
  { form: minutesForm, parts: minutesParts, wrapsAfter: hourSeconds },
  { form: timeOfDayForm, parts: timeOfDayParts, wrapsAfter: daySeconds },
  { form: unpaddedTimeForm, parts: timeOfDayParts, wrapsAfter: daySeconds },
  { form: dashedTimeForm, parts: dashedTimeParts, wrapsAfter: daySeconds },
  { form: halfDayForm, parts: halfDayParts, wrapsAfter: daySeconds },
  { form: durationForm, parts: durationParts },
  { form: unitForm, seconds: secondsInUnitForm },
  { form: jsonDateForm, seconds: secondsInJsonDateForm },
];

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
  if (isDateTimeInSchema(type) && !(await isTextClockMisread(of))) {
    const wraps = /^TIME(?!STAMP)/.test(type) ? { wrapsAfter: daySeconds } : {};
    return { sql: `epoch(${name})`, numbers: false, local: !/ZONE/.test(type), isDateTime: true, ...wraps };
  }
  const inDigits = await textClockInDigits(of);
  if (inDigits !== undefined) {
    await refuseOtherTextClocks(of, inDigits.sql, "the form of the other times");
    if (inDigits.isOrderAssumed === true) await warnOfShortTextClock(of, inDigits);
    return inDigits;
  }
  const numbers: TimeReading = { sql: name, numbers: true, local: false };
  if (!/^(VARCHAR|DATE|TIME)/.test(type)) return numbers;
  const matches = (form: string): string => `count(*) FILTER (regexp_matches(${name}, ${duckdbLiteral(form)}))`;
  const forms = [...clockForms.map(({ form }) => form), ...dateTimeForms.map(({ form }) => form)];
  const [counts] = await timeReadingRows(
    of,
    `SELECT count(TRY_CAST(${name} AS DOUBLE)) AS numbers, first(${name}) AS example, ${forms.map((form, i) => `${matches(form)} AS f${i}`).join(", ")}`,
  );
  const found = forms.map((_, i) => Number(counts![`f${i}`]));
  const most = Math.max(...found);
  const example = String(counts!.example ?? "");
  if (most === 0 && /^\s*[[{]/.test(example)) {
    throw timeReadingFault(
      of,
      "one time per row",
      `a list, such as ${JSON.stringify(example.slice(0, 30))}`,
      "Write each sample to its own row.",
    );
  }
  if (most === 0 && Number(counts!.numbers) === 0 && !separatedNumber.test(example) && example !== "") {
    throw timeReadingFault(
      of,
      "numbers, dates or times of day",
      JSON.stringify(example.slice(0, 60)),
      `Give the format of the times with ${shellCommand("--time-format", "%d/%m/%Y %H:%M:%S.%f")} or the like, or specify another column with --time.`,
    );
  }
  if (most === 0 || Number(counts!.numbers) > most) return numbers;
  const at = found.indexOf(most);
  const reading =
    at < clockForms.length
      ? await readTextClockOfForm(of, clockForms[at]!)
      : await readDateTextClock(of, dateTimeForms[at - clockForms.length]!);
  await refuseOtherTextClocks(of, reading.sql, "the form of the other times");
  return reading;
}

/** Returns the reading whose form all times in the first rows have, and which yields a date for each; undefined if none does. */
async function textClockInDigits(of: ReadingText): Promise<TimeReading | undefined> {
  const readings = [
    { form: compactForm, reading: readCompactTextClock(of) },
    ...shortDateForms.map(({ form, order }) => ({ form, reading: readShortTextClock(of, form, order) })),
  ];
  // The patterns are cheap and rule out nearly all files; DuckDB takes far longer to plan the conversion than to run it.
  const text = `CAST(${duckdbIdentifier(of.column)} AS VARCHAR)`;
  const matching = await heldByTextClock(readings, of, ({ form }) => `regexp_matches(${text}, ${duckdbLiteral(form)})`);
  const existing = await heldByTextClock(matching, of, ({ reading }) => `${reading.sql} IS NOT NULL`);
  return existing[0]?.reading;
}

/** Returns the items whose condition holds for all times in the first rows of the file. */
async function heldByTextClock<Item>(
  items: readonly Item[],
  { database, schema, column }: ReadingText,
  condition: (item: Item) => string,
): Promise<Item[]> {
  if (items.length === 0) return [];
  const head = `SELECT ${duckdbIdentifier(column)} FROM ${schema.source(new Set(), null)} LIMIT ${headRows}`;
  const held = items.map((item, i) => `bool_and(${condition(item)}) AS c${i}`);
  const [row] = await database.rows(
    `SELECT ${held.join(", ")} FROM (${head}) WHERE ${duckdbIdentifier(column)} IS NOT NULL`,
  );
  return items.filter((_, i) => row![`c${i}`] === true);
}

/** Reads dates and times in digits with two-digit years; see `shortDateForms`. */
function readShortTextClock({ column }: ReadingText, form: string, order: DateOrder): TimeReading {
  const text = `CAST(${duckdbIdentifier(column)} AS VARCHAR)`;
  const part = partsOfTimeForm(text, form, shortDateParts);
  const sql = `CASE WHEN regexp_matches(${text}, ${duckdbLiteral(form)}) THEN ${secondsInDateForm(order, part)} + ${secondsInClockForm(part)} END`;
  return { sql: `(${sql})`, numbers: false, local: true, isOrderAssumed: true };
}

async function warnOfShortTextClock(of: ReadingText, { sql }: TimeReading): Promise<void> {
  const name = duckdbIdentifier(of.column);
  const [first] = await timeReadingRows(
    of,
    `SELECT first(CAST(${name} AS VARCHAR)) AS value, first(${sql}) AS seconds`,
    `${name} IS NOT NULL`,
  );
  const read = new Date(1000 * Number(first!.seconds)).toISOString().slice(0, 19).replace("T", " ");
  of.warn(
    `${of.file}: column "${of.column}" is read as dates in digits: ${String(first!.value).trim()} is ${read}. If the digits mean something else, give their order with ${shellCommand("--time-format", "%d%m%y%H%M%S")} or the like.`,
  );
}

/**
 * Whether DuckDB may misread the times: it interprets 24-05-04 as a day in the year 24, and 10:00:05.8 always as eight tenths
 * of a second.
 */
async function isTextClockMisread({ database, schema, column }: ReadingText): Promise<boolean> {
  const name = duckdbIdentifier(column);
  const digits = `length(nullif(regexp_extract(value, '[.,:](\\d{1,6})\\D*$', 1), ''))`;
  const [found] = await database.rows(
    `SELECT bool_and(regexp_matches(value, '^\\s*\\d{1,2}[-/. ]')) AS short, min(${digits}) < max(${digits}) AS uneven, bool_and(is_text) AS text
       FROM (SELECT CAST(${name} AS VARCHAR) AS value, typeof(${name}) = 'VARCHAR' AS is_text FROM ${schema.source(new Set(), null)} WHERE ${name} IS NOT NULL LIMIT ${headRows})`,
  );
  return found!.short === true || (found!.uneven === true && found!.text === true);
}

/**
 * Reads times that consist only of digits, with or without a separator between date and time. The SQL yields null unless the
 * digits form an existing date and time.
 */
function readCompactTextClock({ column }: ReadingText): TimeReading {
  const part = partsOfTimeForm(`CAST(${duckdbIdentifier(column)} AS VARCHAR)`, compactForm, compactParts);
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

async function readTextClockOfForm(
  of: ReadingText,
  { form, parts = [], seconds: own, wrapsAfter }: ClockForm,
): Promise<TimeReading> {
  const name = duckdbIdentifier(of.column);
  const seconds = own?.(name) ?? secondsInClockForm(await paddedFraction(of, form, partsOfTimeForm(name, form, parts)));
  // Without this condition, cells in a different form would be read as midnight.
  const sql = `CASE WHEN regexp_matches(${name}, ${duckdbLiteral(form)}) THEN ${seconds} END`;
  return { sql, numbers: false, local: wrapsAfter !== undefined, ...(wrapsAfter !== undefined && { wrapsAfter }) };
}

/** Rejects cells in a different form, which would otherwise count as missing. */
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
