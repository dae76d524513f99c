// Recognises two kinds of tables whose rows have more values than there are names: R does not name the column of row names, and
// some loggers end each row with separators. Also recognises names written as a comment by NumPy, and column numbers in place
// of names.

import { splitLineByLayout, type TextLayout } from "./text-layout.ts";

/** Returns the layout with names that match its rows; if there are no such names, returns only the layout of the rows. */
export function fittingLayout(found: TextLayout): TextLayout {
  const layout = fittingLayoutBelowNumbers(found);
  const { separator, preamble, names, sample } = layout;
  if (names !== undefined) return layout;
  const width = sample[0]!.length;
  const above = (preamble.at(-1) ?? "").replace(/^#\s*/, "");
  const written = namesOfLabview(splitLineByLayout(above, separator));
  const given = written.at(-1) === "" ? written.slice(0, -1) : written;
  const isEmptyFrom = (from: number): boolean =>
    sample.every((values) => values.slice(from).every((value) => value === ""));
  const kept = [given.length, width - 1].find((from) => from > 1 && from < width && isEmptyFrom(from)) ?? width;
  const shorter = kept < width ? { ...layout, sample: sample.map((values) => values.slice(0, kept)) } : layout;
  if (given.length < 2 || !given.every(isNameInFittingLayout) || new Set(given).size < given.length) return shorter;
  if (given.length === shorter.sample[0]!.length) return { ...shorter, preamble: preamble.slice(0, -1), names: given };
  const first = Number(sample[0]![0]);
  const isNumbered = (first === 0 || first === 1) && sample.every(([value], i) => Number(value) === first + i);
  if (given.length !== width - 1 || !isNumbered) return shorter;
  return { ...layout, preamble: preamble.slice(0, -1), names: ["row_name", ...given] };
}

/** Minimum number of columns for a first line of column numbers, which pandas writes in place of names, to be recognised. */
const fewestNumbers = 3;

/** Moves a first row such as 0,1,2,3, which pandas writes for unnamed columns, to the preamble. */
function fittingLayoutBelowNumbers(layout: TextLayout): TextLayout {
  const { names, preamble, firstValues, sample } = layout;
  const [numbers, ...rows] = sample;
  const isNumbering = numbers!.length >= fewestNumbers && numbers!.every((value, i) => value === String(i));
  if (names !== undefined || !isNumbering || rows.length === 0) return layout;
  return {
    ...layout,
    preamble: [...preamble, numbers!.join(layout.separator)],
    firstValues: firstValues + 1,
    sample: rows,
  };
}

/** LabVIEW names a column of comments, which most rows leave out, and calls the seconds of the rows X_Value. */
function namesOfLabview(names: readonly string[]): readonly string[] {
  const isOfLabview = names[0] === "X_Value" && names.at(-1) === "Comment";
  return isOfLabview ? ["Time (s)", ...names.slice(1, -1)] : names;
}

function isNameInFittingLayout(text: string): boolean {
  return /\p{L}/u.test(text);
}
