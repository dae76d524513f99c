// Writes the cells of a sheet as text. A spreadsheet stores dates, times of day and durations as numbers of days, and hucre
// returns such numbers as JavaScript dates, with millisecond precision. Spreadsheet dates have no time zone, so the texts have
// none either.

import { hasLayoutDecimalComma } from "./text-layout.ts";

export type Cells = readonly (string | number | boolean | Date | null)[];

/** The form in which a sheet's values are written, inferred from its first rows. */
export interface TextForm {
  /** Columns that have a value in the first rows; all others are left out. */
  readonly columns: readonly number[];
  /** Columns of dates without a time of day. */
  readonly dates: ReadonlySet<number>;
  /** Whether numbers stored as text have a decimal comma. */
  readonly decimalComma: boolean;
}

const dayMs = 86_400_000;
/** Days on which the two date systems begin. Anything before `firstDate` is a time of day or a duration. */
const dayZeros = [Date.UTC(1904, 0, 1), Date.UTC(1899, 11, 31)] as const;
const firstDate = Date.UTC(1930, 0, 1);
const errors = /^#(DIV\/0!|NUM!|NULL!|N\/A|VALUE!|REF!|NAME\?|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!)$/;

export function workbookCellForm(head: readonly Cells[]): TextForm {
  const width = Math.max(0, ...head.map(({ length }) => length));
  const all = Array.from({ length: width }, (_, c) => c);
  const has = (c: number): boolean => head.some((cells) => cells[c] != null && cells[c] !== "");
  const datesOf = (c: number): Date[] => head.map((cells) => cells[c]).filter((value) => value instanceof Date);
  const isWholeDay = (date: Date): boolean => date.getTime() >= firstDate && date.getTime() % dayMs === 0;
  const texts = head.map((cells) => all.map((c) => (typeof cells[c] === "string" ? cells[c].trim() : "")));
  return {
    columns: all.filter(has),
    dates: new Set(all.filter((c) => datesOf(c).length > 0 && datesOf(c).every(isWholeDay))),
    decimalComma: hasLayoutDecimalComma(texts),
  };
}

export function workbookCellTexts(cells: Cells, { columns, dates, decimalComma }: TextForm): string[] {
  return columns.map((c) => {
    const value = cells[c] ?? null;
    if (value === null) return "";
    if (value instanceof Date) return workbookCellDate(value, dates.has(c));
    if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
    if (typeof value === "number") return String(value);
    const text = value.replace(/[\s\u00a0]+/g, " ").trim();
    if (errors.test(text)) return "";
    return decimalComma && /^[+-]?\d+,\d+(e[+-]?\d+)?$/i.test(text) ? text.replace(",", ".") : text;
  });
}

function workbookCellDate(date: Date, withoutTime: boolean): string {
  const at = date.getTime();
  if (Number.isNaN(at)) return "";
  const text = date.toISOString();
  if (at >= firstDate) return withoutTime ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 23)}`;
  const zero = dayZeros.find((day) => day <= at) ?? at;
  const hours = Math.floor((at - zero) / (dayMs / 24));
  return `${String(hours).padStart(2, "0")}:${text.slice(14, 23)}`;
}
