// Reads tables in which some columns have a decimal comma and others a decimal point, such as 5.020;0,52: programs that format
// numbers for the user's language often write times with a point nevertheless. Also reads tables in which the comma separates
// both decimals and columns (0,02,9,81): apps write these if they format numbers in the user's language and join them with
// commas. Leaves out the commas between thousands in numbers in quotes ("1,234.5").

import { cellsOfLine, type PlainText, type Separator, splitLineByLayout } from "./text-layout.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

const decimalOf = (mark: string): RegExp => new RegExp(`^[+-]?\\d+(?:${mark}\\d*)?(?:e[+-]?\\d+)?$`, "i");
/** Matches a number whose mark cannot separate thousands. */
const surelyDecimalOf = (mark: string): RegExp =>
  new RegExp(`^[+-]?0\\d*${mark}|^[+-]?\\d{4,}${mark}|${mark}(?:\\d{1,2}|\\d{4,})(?:e[+-]?\\d+)?$`, "i");

/**
 * Returns a function that writes a table with points in place of decimal commas; undefined unless some columns have a decimal
 * comma and others a decimal point.
 * @param lines the first lines, beginning with the names
 */
export function contentsOfMixedDecimals(
  { names, separator }: PlainText,
  lines: readonly string[],
): ((from: string, to: string) => Promise<void>) | undefined {
  if (separator === "," || separator === "spaces") return undefined;
  const rows = lines.slice(1).map((line) => splitLineByLayout(line, separator));
  const columnsWith = (mark: string): number[] =>
    Array.from(names.keys()).filter((c) => {
      const cells = rows.map((values) => values[c] ?? "").filter((cell) => cell !== "");
      return (
        cells.every((cell) => decimalOf(mark).test(cell)) && cells.some((cell) => surelyDecimalOf(mark).test(cell))
      );
    });
  const [commas, points] = [columnsWith(","), columnsWith("\\.")];
  if (commas.length === 0 || points.length === 0) return undefined;
  return (from, to) => writeTextLines(linesWithDecimalPoints(from, separator, new Set(points)), to);
}

/** @param except columns that are written as they are */
async function* linesWithDecimalPoints(
  from: string,
  separator: Exclude<Separator, "spaces">,
  except: ReadonlySet<number>,
): AsyncGenerator<string> {
  const number = decimalOf(",");
  const isNumber = (cell: string): boolean => number.test(cell.trim().replace(/^(["'])(.*)\1$/, "$2"));
  for await (const line of linesOfText(from)) {
    const cells = cellsOfLine(line, separator);
    yield cells.map((cell, c) => (!except.has(c) && isNumber(cell) ? cell.replace(",", ".") : cell)).join(separator);
  }
}

const separatedThousands = /"([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?)"/g;
/** Matches a number in quotes whose commas cannot be decimal commas. */
const surelyThousands = /"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+|,\d{3})"/;

/**
 * Returns a function that writes a table without the commas between thousands of numbers in quotes; undefined unless the first
 * lines contain a number whose commas can separate nothing but thousands ("1,234.5" or "1,234,567").
 */
export function contentsOfThousands(
  lines: readonly string[],
): ((from: string, to: string) => Promise<void>) | undefined {
  if (!lines.some((line) => surelyThousands.test(line))) return undefined;
  return (from, to) => writeTextLines(linesWithoutThousandsCommas(from), to);
}

async function* linesWithoutThousandsCommas(from: string): AsyncGenerator<string> {
  for await (const line of linesOfText(from))
    yield line.replace(separatedThousands, (_, number: string) => number.replaceAll(",", ""));
}

/** Minimum number of columns of a table whose decimals are split. */
const fewestSplit = 4;

/**
 * Returns a function that writes a table with points in place of the commas that separate decimals in a table separated by
 * commas; undefined unless the rows have one and a half to two times as many values as there are names, and the values fit
 * together in pairs. Columns before the first decimal number may hold whole numbers.
 * @param lines the first lines, beginning with the names
 */
export function contentsOfSplitDecimals(
  lines: readonly string[],
): ((from: string, to: string) => Promise<void>) | undefined {
  const [names = [], ...rows] = lines.map((line) => splitLineByLayout(line, ","));
  const width = names.length;
  const values = rows[0]?.length ?? 0;
  const whole = 2 * width - values;
  if (width < fewestSplit || whole < 0 || 2 * whole > width || rows.length < 2) return undefined;
  if (names.some((name) => name === "" || /^[-+\d.]/.test(name))) return undefined;
  const isSplit = (row: readonly string[]): boolean =>
    row.length === values &&
    row.every((value, v) => (v < whole || (v - whole) % 2 === 0 ? /^[-+]?\d+$/ : /^\d+$/).test(value));
  if (!rows.every(isSplit)) return undefined;
  // Signs before whole parts show which values are the fractions.
  if (!rows.some((row) => row.slice(whole).some((value) => value.startsWith("-")))) return undefined;
  return (from, to) => writeTextLines(linesWithJoinedDecimals(from, whole), to);
}

async function* linesWithJoinedDecimals(from: string, whole: number): AsyncGenerator<string> {
  let isFirst = true;
  for await (const line of linesOfText(from)) {
    if (isFirst) yield line;
    else {
      const cells = splitLineByLayout(line, ",");
      const decimals = cells.slice(whole);
      const joined = decimals.flatMap((cell, c) => (c % 2 === 0 ? [`${cell}.${decimals[c + 1] ?? ""}`] : []));
      yield line.trim() === "" ? line : [...cells.slice(0, whole), ...joined].join(",");
    }
    isFirst = false;
  }
}
