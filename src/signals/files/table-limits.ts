// Limits on the text in a table. Numbers are read in fixed-size pieces, but texts and names are kept in memory. Without limits,
// one long cell, or a column of row numbers mistaken for the recording column, could exhaust any machine's memory.

import { DataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { duckdbIdentifier } from "./duckdb.ts";

/** Maximum length of a person, recording or label, in UTF-8 bytes. */
export const textBytesLimit = 1000;
/** Maximum number of distinct combinations of person, recording and label. */
export const keysLimit = 100_000;
export const columnsLimit = 10_000;
/**
 * Maximum nesting depth of a document's lists and objects; arbitrary, but recordings are nested fewer than ten levels
 * deep.
 */
export const nestingLimit = 64;
/** Maximum number of characters in a column name. */
export const columnNameLimit = 1000;

/** Texts that stand for a missing value, in any column of any format. */
export const missingMarks: readonly string[] = [
  ...[
    "",
    "NA",
    "N/A",
    "na",
    "n/a",
    "<NA>",
    "#N/A",
    "#NA",
    "nan",
    "NaN",
    "NAN",
    "-nan",
    "-NaN",
    "NaT",
    "1.#QNAN",
    "-1.#IND",
  ],
  ...["null", "NULL", "None", "?", "-", "#VALUE!", "#REF!", "#NAME?"],
  ...[" ", "--", "---", ".", "N.A.", "n.a.", "nil", "undefined", "(null)", "\\N", "#DIV/0!", "#NUM!", "#NULL!"],
];
const missing: ReadonlySet<string> = new Set(missingMarks);

/** Whether a trimmed string stands for a missing value. */
export function isMissingMark(text: string): boolean {
  return missing.has(text);
}

/**
 * Returns a text column as SQL; '' if there is none. A text over the limit is replaced by its length in bytes before anything
 * copies it. Leading zeros make the replacement itself longer than the limit.
 */
export function limitedTextColumn(name: string | null): string {
  if (name === null) return "''";
  const text = `CAST(${duckdbIdentifier(name)} AS VARCHAR)`;
  const bytes = `lpad(CAST(strlen(${text}) AS VARCHAR), ${textBytesLimit + 1}, '0')`;
  return `CASE WHEN strlen(${text}) > ${textBytesLimit} THEN ${bytes} ELSE ${text} END`;
}

/** Trims a text and replaces the characters that separate joined texts with spaces; "" if the text is null. */
export function textWithinTableLimits(text: string | null): string {
  if (text === null) return "";
  return text
    .replaceAll("\x1e", " ")
    .replaceAll("\x1f", " ")
    .replace(/^\p{Zs}+|\p{Zs}+$/gu, "");
}

/**
 * @param row data row of the file, counting from 1
 * @param known number of distinct combinations found so far
 * @param texts each column with its text, as returned by `limitedTextColumn`
 * @throws DataFault if a string is too long, or there are too many distinct combinations
 */
export function refuseTextsOverLimit(
  file: string,
  row: number,
  known: number,
  texts: readonly (readonly [column: string | null, text: string | null])[],
): void {
  for (const [column, text] of texts) {
    if (column === null || text === null || text.length <= textBytesLimit) continue;
    const found = `a string of ${Number(text).toLocaleString("en")} bytes`;
    const expected = `at most ${textBytesLimit.toLocaleString("en")} bytes`;
    throw new DataFault({
      code: "schema",
      file,
      row,
      column,
      expected,
      found,
      message: `${file}: data row ${row}, column "${column}": ${found}; expected ${expected}.`,
      advice: "Specify the columns for the person, recording and label with --group, --recording and --label.",
    });
  }
  if (known < keysLimit) return;
  const columns = texts.flatMap(([column]) => (column === null ? [] : [`"${column}"`])).join(", ");
  const expected = `at most ${keysLimit.toLocaleString("en")} different combinations of ${columns}`;
  throw new DataFault({
    code: "schema",
    file,
    row,
    expected,
    found: "more",
    message: `${file}: data row ${row}: expected ${expected} in total.`,
    advice:
      "One of these columns looks like a row number. Specify other columns with --group, --recording and " +
      "--label, or split the files.",
  });
}

/** @throws UserError if the table has too many columns or a column name is too long */
export function refuseTableOverLimit(file: string, names: readonly string[]): void {
  refuseColumnsOverLimit(file, names.length);
  const long = names.findIndex((name) => name.length > columnNameLimit);
  if (long < 0) return;
  const characters = names[long]!.length.toLocaleString("en");
  throw new UserError(
    `${file}: the name of column ${long + 1} has ${characters} characters; expected at most ${columnNameLimit.toLocaleString("en")}.`,
    {
      advice:
        "Check that the first line contains the column names, and that the delimiter is a comma, semicolon or tab.",
    },
  );
}

/** @throws UserError if there are too many columns */
export function refuseColumnsOverLimit(file: string, count: number): void {
  if (count <= columnsLimit) return;
  throw new UserError(
    `${file}: ${count.toLocaleString("en")} columns; expected at most ${columnsLimit.toLocaleString("en")}.`,
    { advice: "Export only the columns that you need, with one row per sample." },
  );
}
