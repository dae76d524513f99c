// Rejects tables whose rows hold whole windows of one axis, such as the inertial signals of UCI HAR (128 values per row).
// Without this check, the message about missing names would suggest a name for every value.

import { UserError } from "../../errors.ts";

/** Minimum number of values of a window; no one numbers that many columns in one recording. */
const fewestValues = 30;
/** Minimum share of a row's cells that must be numbers; the others may be a label or a person. */
const leastNumbers = 0.9;
/**
 * A row holds samples of one signal rather than different quantities if consecutive values differ by at most this multiple of
 * the difference between values half a row apart. Arbitrary.
 */
const mostChange = 0.7;

/** @param rows some rows, split into cells @throws UserError if each row looks like the samples of one signal */
export function refuseWideRows(path: string, rows: readonly (readonly string[])[]): void {
  const numbers = rows.map((row) =>
    row.map((value) => (value.trim() === "" ? Number.NaN : Number(value))).filter(Number.isFinite),
  );
  const width = numbers[0]?.length ?? 0;
  if (width < fewestValues || numbers.some((row, r) => row.length < leastNumbers * rows[r]!.length)) return;
  const half = width >> 1;
  let [near, far] = [0, 0];
  for (const row of numbers) {
    for (let i = 0; i + half < row.length; i++) {
      near += Math.abs(row[i + 1]! - row[i]!);
      far += Math.abs(row[i + half]! - row[i]!);
    }
  }
  if (near < mostChange * far) throw wideRowsError(path, width);
}

/** @param names column names @throws UserError if many of them differ only in a number, like x0 to x127 */
export function refuseNumberedSamples(path: string, names: readonly string[]): void {
  const numbered = names.filter((name) => /\d/.test(name));
  const groups = Map.groupBy(numbered, (name) => name.replace(/\d+(?=\D*$)/, "#"));
  const own = [...groups.values()].find(({ length }) => length >= fewestValues);
  if (own !== undefined) throw wideRowsError(path, own.length, `, ${own[0]} to ${own.at(-1)}`);
}

/**
 * @param types the type of each column
 * @throws UserError if many columns differ only in a number, but hold text, as answers to the questions of a survey do
 */
export function refuseNumberedTexts(path: string, types: ReadonlyMap<string, string>): void {
  const groups = Map.groupBy(types.keys(), (name) => name.replace(/\d+(?=\D*$)/, "#"));
  for (const own of groups.values()) {
    if (own.length < fewestValues || own.some((name) => types.get(name) !== "VARCHAR")) continue;
    throw new UserError(
      `${path}: expected the samples of sensors, found text in ${own.length} columns, ${own[0]} to ${own.at(-1)}.`,
      { advice: "Give the file with the recordings, or specify the sensor's columns with --channels." },
    );
  }
}

function wideRowsError(path: string, width: number, which: string = ""): UserError {
  return new UserError(
    `${path}: each row holds ${width} values of one signal${which}, which appear to be a window of samples; expected one sample per row, with a column per axis.`,
    {
      advice:
        "If there is a file for each axis, as in UCI HAR's Inertial Signals, give all of them, or their folder, and the rate " +
        "with --rate. Otherwise, use the recordings that the windows were cut from, or write each sample to its own row.",
    },
  );
}
