// Finds the table in a text file: the number of lines before it, its value separator, and its header line. This search is
// needed only for files that do not begin with a header line.

import { commentMark, isPaddedTitleInLayout, layoutNamesWithUnits } from "./layout-names.ts";

/** The value separator: a character, or any number of spaces and tabs. */
export type Separator = "," | "\t" | ";" | "|" | "spaces";

export interface TextLayout {
  readonly separator: Separator;
  /** Lines before the header line or, if there is none, before the first values. */
  readonly preamble: readonly string[];
  /** Column names; undefined if there is no header line. Units in a second line are appended to the names. */
  readonly names: readonly string[] | undefined;
  /** Number of lines before the first values. */
  readonly firstValues: number;
  /** The first lines of values. */
  readonly sample: readonly (readonly string[])[];
}

const separators: readonly Separator[] = [",", "\t", ";", "|", "spaces"];
const numberPattern = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;
const timePattern = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^\d{1,2}:\d{2}/;
const dateAndTimePattern = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} +\d{1,2}:\d{2}(:\d{2}([.,:]\d+)?)?( ?[ap]m)?$/i;
const missingPattern = /^(nan|na|n\/a|null|none|)$/i;

/** Removes the semicolon that some loggers put at the end of each line. */
export function layoutWithoutLineMark(line: string, separator: Separator): string {
  return separator === ";" ? line : line.replace(/;\s*$/, "");
}

/** Splits a line into values without surrounding quotes; a separator inside quotes belongs to the value. */
export function splitLineByLayout(line: string, separator: Separator): string[] {
  if (separator === "spaces")
    return (line.match(/"[^"]*"|\S+/g) ?? [""]).map((value) => value.replace(/^"(.*)"$/, "$1"));
  const bare = layoutWithoutLineMark(line, separator);
  if (!bare.includes('"')) return bare.split(separator).map((value) => layoutWithoutApostrophes(value.trim()));
  return cellsOfLine(bare, separator).map((value) => value.trim().replace(/^"(.*)"$/, "$1"));
}

/** Splits a line into cells as they are written, with quotes and spaces; a separator inside quotes belongs to the cell. */
export function cellsOfLine(line: string, separator: Exclude<Separator, "spaces">): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells = [""];
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) cells.push("");
    else cells[cells.length - 1] += character;
  }
  return cells;
}

/** Whether a quote is not closed on its line. */
export function hasOpenQuote(line: string): boolean {
  return line.split('"').length % 2 === 0;
}

/** Removes the apostrophes around a value, which some programs use as quotes. */
function layoutWithoutApostrophes(value: string): string {
  return value.length > 1 && value.startsWith("'") && value.endsWith("'") ? value.slice(1, -1) : value;
}

/** A text table that begins with a header line and can be read in place. */
export interface PlainText {
  readonly names: readonly string[];
  readonly separator: Separator;
  /** Whether decimals are written with a comma. */
  readonly decimalComma: boolean;
  /** Whether thousands are also separated by a point. */
  readonly thousandsPoint: boolean;
}

/**
 * @param lines the first lines, without empty ones
 * @returns undefined if the first line contains no names or is a comment, or if most other lines have a different number of
 * values
 */
export function plainTextOfLayout([first, ...others]: readonly string[]): PlainText | undefined {
  if (first === undefined || others.length === 0) return undefined;
  for (const separator of separators.slice(0, 4)) {
    const names = splitLineByLayout(first, separator);
    if (names.length < 2 || !names.every(isNameInTextLayout) || commentMark.test(names[0]!)) continue;
    if (isPaddedTitleInLayout(names) && !areNamesPaddedInLayout(names, splitLineByLayout(others[0]!, separator)))
      continue;
    const rows = others
      .map((line) => splitLineByLayout(line, separator))
      .filter(({ length }) => length === names.length);
    if (2 * rows.length < others.length || !rows[0]?.some(isValueInLayout)) continue;
    const decimalComma = separator === "," ? hasQuotedDecimalComma(rows) : hasLayoutDecimalComma(rows);
    return { names, separator, decimalComma, thousandsPoint: decimalComma && hasLayoutThousandsPoint(rows) };
  }
  return undefined;
}

/** Minimum number of columns: a time and three axes. */
const fewestNames = 4;

/**
 * Whether all cells to the right of the names are empty and the next line has a value below each name, as in a spreadsheet with
 * notes.
 */
function areNamesPaddedInLayout(names: readonly string[], values: readonly string[]): boolean {
  const count = names.indexOf("");
  const own = values.slice(0, count);
  return (
    count >= fewestNames &&
    names.slice(count).every((name) => name === "") &&
    values.length === names.length &&
    own.every((value) => value !== "") &&
    2 * own.filter(isValueInLayout).length >= count
  );
}

/**
 * Whether decimals have a comma in more columns than have a point; a few points may occur in other columns, such as for a
 * person called 1.5.
 */
export function hasLayoutDecimalComma(rows: readonly (readonly string[])[]): boolean {
  const columnsWith = (form: RegExp): number =>
    (rows[0] ?? []).filter((_, c) => rows.some((values) => form.test(values[c] ?? ""))).length;
  return columnsWith(decimalCommaForm) > columnsWith(/^[+-]?\d+\.\d+(e[+-]?\d+)?$/i);
}

const decimalCommaForm = /^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+(e[+-]?\d+)?$/i;

/** Whether a cell has both a point between thousands and a decimal comma, as in 1.234,56. */
export function hasLayoutThousandsPoint(rows: readonly (readonly string[])[]): boolean {
  return rows.some((values) => values.some((value) => /^[+-]?\d{1,3}(\.\d{3})+,\d+$/.test(value)));
}

const commaNumber = /^[+-]?\d+,\d+(e[+-]?\d+)?$/i;
/** Matches a number whose comma cannot separate thousands. */
const surelyDecimal = /^[+-]?0\d*,|^[+-]?\d{4,},|,(\d{1,2}|\d{4,})(e[+-]?\d+)?$/i;

/**
 * Whether a comma-separated table writes decimals with a comma, in quotes: more columns have commas than have points, and in
 * some cells the comma cannot separate thousands.
 */
export function hasQuotedDecimalComma(rows: readonly (readonly string[])[]): boolean {
  const isDecimal = (_: unknown, c: number): boolean => {
    const cells = rows.map((values) => values[c] ?? "").filter((cell) => /[.,]/.test(cell));
    return cells.every((cell) => commaNumber.test(cell)) && cells.some((cell) => surelyDecimal.test(cell));
  };
  return (rows[0] ?? []).some(isDecimal) && hasLayoutDecimalComma(rows);
}

function isValueInLayout(text: string): boolean {
  return numberPattern.test(text) || timePattern.test(text);
}

function isNameInTextLayout(text: string): boolean {
  return text === "" || !isValueInLayout(text);
}

/** Matches a cell that begins with a separator because the line was split at spaces, as in 1.28 ,0.29 , 0.98. */
const strayMark = /^[,;|]([+-]?\d*\..*)?$/;

/** Matches what a comma leaves of numbers with decimal commas between semicolons, as in 12;0 of 12;0,5. */
const numbersBySemicolon = /\d;[-+]?\d/;

/** Whether a line belongs to a table: it has at least two values, of which at least half are numbers or times. */
function isTableLineInLayout(values: readonly string[]): boolean {
  if (values.some((value) => strayMark.test(value) || numbersBySemicolon.test(value))) return false;
  const given = values.filter((value) => !missingPattern.test(value));
  return values.length >= 2 && given.length > 0 && 2 * given.filter(isValueInLayout).length >= given.length;
}

/** Whether tabs separate a line's cells, and the only spaces in them are those between a date and a time. */
function hasTabsAndDateTimes(line: string): boolean {
  const spaced = line.split("\t").filter((cell) => /\S +\S/.test(cell));
  return line.includes("\t") && spaced.length > 0 && spaced.every((cell) => dateAndTimePattern.test(cell.trim()));
}

/** Infers the layout of a text from its first lines. Returns undefined if the lines contain no table. */
export function textLayout(lines: readonly string[]): TextLayout | undefined {
  return layoutByNumbers(lines) ?? layoutOfSpacedTable(lines);
}

/**
 * Recognises a header line by the rows that follow it, at least half of which have as many words as the header line; for tables
 * in whose rows fewer than half of the values are numbers or times.
 */
function layoutOfSpacedTable(lines: readonly string[]): TextLayout | undefined {
  const at = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
  const [names = [], ...rows] = lines.slice(at).map((line) => splitLineByLayout(line, "spaces"));
  const sample = rows.filter(({ length }) => length === names.length);
  if (
    names.length < 2 ||
    !names.every(isNameInTextLayout) ||
    2 * sample.length < rows.length ||
    !sample[0]?.some(isValueInLayout)
  )
    return undefined;
  return { separator: "spaces", preamble: lines.slice(0, at), names, firstValues: at + 1, sample };
}

/** Consecutive lines with the same number of values. */
interface LineRun {
  readonly separator: Separator;
  readonly from: number;
  readonly rows: number;
  readonly width: number;
}

/**
 * Minimum length of a run; the table begins with the first such run that is as wide as the longest one, even if other lines
 * come between the two.
 */
const wholeRun = 10;

function layoutByNumbers(lines: readonly string[]): TextLayout | undefined {
  let best: LineRun | undefined;
  const whole: LineRun[] = [];
  for (const separator of separators) {
    let [from, rows, width] = [0, 0, 0];
    for (const [i, line] of lines.entries()) {
      const values = splitLineByLayout(line, separator);
      const isCut = separator === "spaces" && hasTabsAndDateTimes(line);
      if (isCut || !isTableLineInLayout(values)) [rows, width] = [0, 0];
      else if (values.length === width) rows++;
      else [from, rows, width] = [i, 1, values.length];
      if (rows > 0 && (best === undefined || rows > best.rows || (rows === best.rows && width > best.width)))
        best = { separator, from, rows, width };
      if (rows === wholeRun) whole.push({ separator, from, rows, width });
    }
  }
  if (best === undefined || best.rows < 2) return undefined;
  const { separator, width } = best;
  const first = whole.find((run) => run.separator === separator && run.width === width) ?? best;
  const { from, rows } = first.from < best.from ? first : best;
  const below = endOfTextLayoutNames(lines, from, width);
  let head = below;
  while (head > 0) {
    const above = splitLineByLayout(lines[head - 1]!, separator);
    if (above.length !== width || !above.every(isNameInTextLayout)) break;
    if (isPaddedTitleInLayout(above) && !hasTextLayoutNamesAbove(lines, head - 1, separator, width)) break;
    head--;
  }
  if (head === below) head = from;
  const named = lines.slice(head, Math.max(head, below)).map((line) => splitLineByLayout(line, separator));
  const groups = groupNamesOfTextLayout(lines[head - 1], named[0], separator);
  if (groups !== undefined) {
    named.unshift(groups);
    head--;
  }
  return {
    separator,
    preamble: lines.slice(0, head),
    names: layoutNamesWithUnits(named),
    firstValues: from,
    sample: lines.slice(from, from + rows).map((line) => splitLineByLayout(line, separator)),
  };
}

/** Returns the end of the lines of names: AiM's loggers leave the line before the values empty. */
function endOfTextLayoutNames(lines: readonly string[], from: number, width: number): number {
  let end = from;
  while (width >= fewestNames && end > 0 && lines[end - 1]!.trim() === "") end--;
  return end;
}

/**
 * Finds the names of column groups, as in a spreadsheet's merged cells: each is above the first column of its group. Group
 * names are needed if the columns' own names repeat.
 */
function groupNamesOfTextLayout(
  line: string | undefined,
  names: readonly string[] | undefined,
  separator: Separator,
): string[] | undefined {
  const given = names?.filter((name) => name !== "") ?? [];
  if (line === undefined || names === undefined || new Set(given).size === given.length) return undefined;
  const above = splitLineByLayout(line, separator);
  if (above.length !== names.length || !above.every(isNameInTextLayout) || above.every((name) => name === ""))
    return undefined;
  let group = "";
  const groups = above.map((name) => {
    if (name !== "") group = name;
    return group;
  });
  // A title above the first column would not make names distinct.
  if (new Set(groups).size === 1) return undefined;
  return groups.map((name, i) => (names[i] === "" ? above[i]! : name));
}

/** Maximum number of lines with names, units and pandas index names. */
const mostHeaderLines = 8;

/** Whether a line with few values, such as units or index names, belongs below a header line. */
function hasTextLayoutNamesAbove(lines: readonly string[], at: number, separator: Separator, width: number): boolean {
  for (let i = at - 1; i >= Math.max(0, at - mostHeaderLines); i--) {
    const above = splitLineByLayout(lines[i]!, separator);
    if (above.length !== width || !above.every(isNameInTextLayout)) return false;
    if (!isPaddedTitleInLayout(above)) return true;
  }
  return false;
}
