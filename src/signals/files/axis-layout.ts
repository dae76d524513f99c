// Finds the layout of files that each hold one axis of a sensor: a window per row, or a sample per row.

import type { AxisFileSet } from "./axis-files.ts";
import { linesOfText } from "./text-lines.ts";

/** Minimum number of values per row for the rows to be windows. */
const fewestValues = 12;
const headLines = 60;
/**
 * Maximum ratio of the differences between neighbours in a row to those between neighbours in a column; above it, the signals
 * are in columns. White noise has a ratio of 1.
 */
const mostChange = 1.3;

interface TextFile {
  readonly path: string;
  /** Path of the content if it is elsewhere. */
  readonly stored?: string;
}

/** How the values of a file are laid out. */
export interface AxisLayout {
  /** Number of values per row, without the row number. */
  readonly width: number;
  /** Number of lines above the first row. */
  readonly above: number;
  /** Whether the first value of each row is the number of the row. */
  readonly numbered: boolean;
  readonly head: readonly (readonly number[])[];
}

export function valuesOfAxisLayoutLine(line: string): string[] {
  return line
    .replace(/^\ufeff/, "")
    .trim()
    .split(/[\s,;]+/);
}

/** @returns undefined unless the rows of all files have the same number of values, and are windows or samples */
export async function layoutOfAxisFiles({ sensors }: AxisFileSet<TextFile>): Promise<AxisLayout | undefined> {
  const layouts: AxisLayout[] = [];
  for (const file of sensors.flatMap((sensor) => sensor.files)) {
    const layout = await layoutOfAxisFile(file);
    if (layout === undefined) return undefined;
    layouts.push(layout);
  }
  const first = layouts[0]!;
  const isSame = (key: "width" | "above" | "numbered"): boolean =>
    layouts.every((layout) => layout[key] === first[key]);
  if (!isSame("width") || !isSame("above") || !isSame("numbered")) return undefined;
  if (first.width === 1) return first;
  return first.width < fewestValues || layouts.some(({ head }) => isAxisLayoutInColumns(head)) ? undefined : first;
}

async function layoutOfAxisFile({ path, stored = path }: TextFile): Promise<AxisLayout | undefined> {
  const lines: string[][] = [];
  for await (const line of linesOfText(stored)) {
    if (line.trim() !== "") lines.push(valuesOfAxisLayoutLine(line));
    if (lines.length > headLines) break;
  }
  const [first, second] = lines;
  if (first === undefined || second === undefined) return undefined;
  const names = first.filter((name) => name !== "");
  const isNumbering =
    names.length >= fewestValues &&
    names.every((name, i) => Number(name) === i + Number(names[0]) && Number(names[0]) < 2);
  const isNamed = names.every((name) => Number.isNaN(Number(name)) && !/^nan$/i.test(name));
  const areSamples = new Set(names.map((name) => name.replace(/\d+$/, ""))).size === 1;
  const above = Number(isNumbering || (isNamed && (names.length === 1 || areSamples)));
  const width = lines[above]!.length;
  const isNumber = (cell: string): boolean => !Number.isNaN(Number(cell)) || /^nan$/i.test(cell);
  const rows = lines
    .slice(above)
    .filter((line) => line.length === width && line.every(isNumber))
    .map((line) => line.map(Number));
  // Rows with a different number of values cause an error later, which gives their row numbers.
  if (2 * rows.length < lines.length || rows[0] === undefined) return undefined;
  const start = rows[0][0]!;
  const counts =
    width > 1 && rows.length > 2 && (start === 0 || start === 1) && rows.every((row, i) => row[0] === start + i);
  const numbered = counts && (above === 0 || names.length === width - 1);
  const head = numbered ? rows.map((row) => row.slice(1)) : rows;
  return { width: width - Number(numbered), above, numbered, head };
}

/** Whether neighbours along a column are more alike than neighbours along a row. */
function isAxisLayoutInColumns(rows: readonly (readonly number[])[]): boolean {
  let [inRow, inColumn] = [0, 0];
  for (const [r, row] of rows.slice(1).entries()) {
    for (let i = 1; i < row.length; i++) {
      inRow += Math.abs(row[i]! - row[i - 1]!);
      inColumn += Math.abs(row[i]! - rows[r]![i]!);
    }
  }
  return inRow > mostChange * inColumn;
}
