// Reads tables in which some columns have a decimal comma and others a decimal point, such as 5.020;0,52: programs that write
// numbers in the user's language often write the times themselves.

import { type PlainText, splitLineByLayout } from "./text-layout.ts";
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
  if (separator === ",") return undefined;
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
  return (from, to) => writeTextLines(linesWithDecimalPoints(from, separator, new Set(commas)), to);
}

async function* linesWithDecimalPoints(
  from: string,
  separator: string,
  columns: ReadonlySet<number>,
): AsyncGenerator<string> {
  const number = decimalOf(",");
  for await (const line of linesOfText(from)) {
    const cells = line.split(separator);
    yield cells
      .map((cell, c) => (columns.has(c) && number.test(cell.trim()) ? cell.replace(",", ".") : cell))
      .join(separator);
  }
}
