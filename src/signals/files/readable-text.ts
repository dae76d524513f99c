// Brings text into a form that DuckDB can read as CSV. Converts other encodings to UTF-8, and other layouts (JSON, ARFF, lines of
// a serial log, decimal commas) to columns. Joins, names and sorts the columns of tables.

import { UserError } from "../../errors.ts";
import { arffAsTable, isArff } from "./arff-table.ts";
import type { Database } from "./duckdb.ts";
import type { SourceFile } from "./find-files.ts";
import { separateJoinedText } from "./joined-text.ts";
import { jsonAsCsv } from "./json-as-csv.ts";
import { keyValueBlocks, keyValueBlocksAsTable } from "./key-value-blocks.ts";
import { clockInKnownLayout } from "./known-layouts.ts";
import { commentMark } from "./layout-names.ts";
import { contentsOfLineForm } from "./line-forms.ts";
import { contentsOfMixedDecimals, contentsOfSplitDecimals, contentsOfThousands } from "./mixed-decimals.ts";
import { nulPaddedLines, removeNulPadding } from "./nul-padding.ts";
import { oldestFirst } from "./oldest-first.ts";
import { refuseInfluxFormat } from "./refuse-other-formats.ts";
import { refuseWideRows } from "./refuse-wide-rows.ts";
import { resolveRepeatedNames } from "./repeated-names.ts";
import { reshapeJson, reshapeJsonLists } from "./reshape-json.ts";
import { serialLog, serialLogAsTable } from "./serial-log.ts";
import { type NamingOptions, tableWithNames } from "./table-with-names.ts";
import { withoutTextBelow } from "./text-below.ts";
import { isWindows1252Encoding, refuseOtherEncodings, textEncoding, writeInUtf8Encoding } from "./text-encoding.ts";
import { plainTextOfLayout, textLayout } from "./text-layout.ts";
import { copyTextLines, isBlankLine, linesOfText, writeTextLines } from "./text-lines.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";
import { vectorLines, vectorLinesAsTable } from "./vector-lines.ts";

/** The first bytes of a file. */
interface HeadOfFile {
  readonly bytes: Uint8Array;
  /** Whether the file has no more bytes. */
  readonly isWhole: boolean;
}

/** The first lines of a text. */
interface HeadOfText {
  readonly text: string;
  /** All lines, except the last one, which may be cut off. */
  readonly all: readonly string[];
  /** The first 400 lines. */
  readonly lines: readonly string[];
  /** Those of them that are neither empty nor comments. */
  readonly tableLines: readonly string[];
}

const headLines = 400;

/**
 * Returns the tables in a text, or the text rewritten in a form that is read next.
 * @throws UserError if the text is not a table
 */
export async function readOrRewriteText(
  database: Database,
  file: SourceFile,
  head: HeadOfFile,
  options: NamingOptions,
): Promise<SourceFile | readonly SourceFile[]> {
  const { bytes } = head;
  const text = new TextDecoder("utf-8").decode(bytes, { stream: true });
  const encoded = await rewriteOtherEncoding(file, bytes, text, options);
  if (encoded !== undefined) return encoded;
  refuseOtherEncodings(file.path, bytes);
  refuseEmptyText(file.path, head, text);
  refuseInfluxFormat(file.path, text);
  const ended = await rewriteLineEnds(file, text, options);
  if (ended !== undefined) return ended;
  const all = text.split(/\r\n|\n|\r/);
  if (all.length > 1) all.pop();
  const lines = all.slice(0, headLines);
  const headOfText = { text, all, lines, tableLines: lines.filter((line) => !isBlankLine(line)) };
  return (
    (await readOrRewriteLines(database, file, headOfText, options)) ??
    (await readColumnsOfText(file, headOfText, options))
  );
}

/** Converts text to UTF-8 without NUL bytes; undefined if it already is. A text with stray NUL bytes is left as it is. */
async function rewriteOtherEncoding(
  file: SourceFile,
  bytes: Uint8Array,
  text: string,
  { scratch, warn }: NamingOptions,
): Promise<SourceFile | readonly SourceFile[] | undefined> {
  const { path, stored = path } = file;
  const encoding = textEncoding(bytes);
  if (encoding !== undefined) {
    const out = scratch.file("utf8.csv");
    await writeInUtf8Encoding(stored, out, encoding);
    return rewritten(file, out);
  }
  if (text.includes("\0")) {
    const padded = nulPaddedLines(text);
    if (padded === 0) return [file];
    const out = scratch.file("unpadded.csv");
    await removeNulPadding(stored, out, padded);
    warn(`${path}: NUL bytes ${Number.isFinite(padded) ? "in the lines before the table " : ""}are left out.`);
    return rewritten(file, out);
  }
  if (!isWindows1252Encoding(bytes)) return undefined;
  const out = scratch.file("utf8.csv");
  await writeInUtf8Encoding(stored, out, "windows-1252");
  warn(`${path}: the text is not UTF-8, so it is read as Windows-1252. Check the names in it.`);
  return rewritten(file, out);
}

/** Leaves out InfluxDB's annotations, and ends all lines in the same way; undefined if there is nothing to do. */
async function rewriteLineEnds(
  file: SourceFile,
  text: string,
  { scratch }: NamingOptions,
): Promise<SourceFile | undefined> {
  const { path, stored = path } = file;
  if (annotationOfInflux.test(text)) {
    const out = scratch.file("plain.csv");
    await writeTextLines(linesWithoutAnnotations(stored), out);
    return rewritten(file, out, null);
  }
  if (!/\r\n/.test(text) || !/\r(?!\n|$)|(?<!\r)\n/.test(text)) return undefined;
  const out = scratch.file("lines.csv");
  return rewritten(file, out, await copyTextLines(stored, out));
}

/** Reads JSON, and rewrites lines that hold something other than a row each; undefined if they are rows. */
async function readOrRewriteLines(
  database: Database,
  file: SourceFile,
  { text, all, lines, tableLines }: HeadOfText,
  options: NamingOptions,
): Promise<SourceFile | readonly SourceFile[] | undefined> {
  const { path, stored = path } = file;
  const { scratch } = options;
  const contents = contentsOfLineForm(tableLines);
  if (contents !== undefined) {
    const out = scratch.file("contents.csv");
    await contents(stored, out);
    return rewritten(file, out);
  }
  if (/^\s*[[{]/.test(text) && !bracketsBeforeText.test(text)) {
    const table = await reshapeJsonLists(file, text, scratch);
    return table ?? [await jsonAsCsv(database, await reshapeJson(file, text, scratch), options)];
  }
  const isSpaced = lines.filter((line) => blankLine.test(line)).length > spacedShare * lines.length;
  if (isSpaced || all.some((line) => lineOfSpaces.test(line))) {
    const out = scratch.file("blank.csv");
    await writeTextLines(linesWithoutSpaces(stored, isSpaced), out);
    return rewritten(file, out, isSpaced ? null : 0);
  }
  if (isArff(lines)) {
    const out = scratch.file("arff.csv");
    return rewritten(file, out, (await arffAsTable(stored, out)) - 1);
  }
  const ofBlocks = keyValueBlocks(tableLines);
  if (ofBlocks !== undefined) {
    const out = scratch.file("blocks.csv");
    await keyValueBlocksAsTable(stored, out, ofBlocks);
    return rewritten(file, out, null);
  }
  const vectors = vectorLines(tableLines);
  if (vectors !== undefined) {
    const out = scratch.file("vectors.csv");
    await vectorLinesAsTable(stored, out, vectors);
    return rewritten(file, out, null);
  }
  const serial = serialLog(tableLines);
  if (serial === undefined) return undefined;
  const out = scratch.file("serial.csv");
  await serialLogAsTable(stored, out, serial);
  return rewritten(file, out, serial.names === undefined ? 0 : -1);
}

/** Reads a text with one row per line: names its columns, joins its parts, and sorts its rows. */
async function readColumnsOfText(
  file: SourceFile,
  { lines, tableLines }: HeadOfText,
  options: NamingOptions,
): Promise<SourceFile | readonly SourceFile[]> {
  const plain = plainTextOfLayout(tableLines);
  const points =
    contentsOfThousands(tableLines) ??
    (plain === undefined ? contentsOfSplitDecimals(tableLines) : contentsOfMixedDecimals(plain, tableLines));
  if (points !== undefined) {
    const out = options.scratch.file("points.csv");
    await points(file.stored ?? file.path, out);
    return rewritten(file, out);
  }
  const comments = lines.filter((line) => line.startsWith("#"));
  const isQuoted = plain?.separator === "," && plain.decimalComma;
  if (plain !== undefined && !isQuoted && clockInKnownLayout(comments, plain.names) === undefined) {
    resolveRepeatedNames(file.path, plain.names, options);
    const header = tableLines[0]!.replace(/^\ufeff/, "");
    const time = plain.names.indexOf(options.time ?? usualColumnOfRole(plain.names, "time") ?? "");
    const { separator } = plain;
    const whole = await withoutTextBelow(file, { separator, width: plain.names.length }, options);
    const own = await oldestFirst(whole, tableLines, { separator, time }, options);
    const tables = await separateJoinedText(own, header, { separator, time }, options);
    if (!plain.decimalComma) return tables;
    const { thousandsPoint } = plain;
    return tables.map((own) => ({ ...own, decimalCommaWith: separator, thousandsPoint }));
  }
  if (tableLines.length === 1) refuseWideRows(file.path, [tableLines[0]!.split(/[\s,;]+/)]);
  const layout = textLayout(lines);
  if (layout === undefined) return [file];
  const isPlain = layout.firstValues === 1 && layout.preamble.length === 0 && layout.separator !== "spaces";
  if (!isQuoted && isPlain && !commentMark.test(lines[0]!)) return [file];
  const { separator, sample } = layout;
  const whole = await withoutTextBelow(file, { separator, width: sample[0]!.length }, options);
  const { table, header, ...form } = await tableWithNames(whole, layout, options);
  return separateJoinedText(table, header, form, options);
}

/**
 * The file, which was rewritten as `stored`.
 * @param above number of lines left out at the top; null if errors can no longer give the lines of the original file
 */
function rewritten(file: SourceFile, stored: string, above: number | null = 0): SourceFile {
  const { lineOffset = 0 } = file;
  return { ...file, stored, lineOffset: lineOffset === null || above === null ? null : lineOffset + above };
}

/** Matches lines that begin with a time or a level in brackets, as terminals and loggers write them. */
const bracketsBeforeText = /^\s*\[[^[\]{}"\n]{1,80}\][^\S\n]*[^\s,\]]/;

/** Matches the annotations at the top of InfluxDB's annotated CSV. */
const annotationOfInflux = /^#(group|datatype|default),/;

async function* linesWithoutAnnotations(path: string): AsyncGenerator<string> {
  for await (const line of linesOfText(path)) if (!annotationOfInflux.test(line)) yield line;
}

/** If the share of blank lines is above this, each row has a blank line after it, which separates nothing; arbitrary. */
const spacedShare = 1 / 3;
const blankLine = /^ *$/;
/** Matches blank lines that DuckDB would take for rows of one value. */
const lineOfSpaces = /^ +$/;

/** @param isSpaced whether to leave blank lines out, instead of removing their spaces */
async function* linesWithoutSpaces(path: string, isSpaced: boolean): AsyncGenerator<string> {
  for await (const line of linesOfText(path)) {
    if (!blankLine.test(line)) yield line;
    else if (!isSpaced) yield "";
  }
}

/**
 * Rejects a file that contains only empty lines or comments; otherwise, DuckDB would use the first comment as a column name.
 */
function refuseEmptyText(path: string, { bytes, isWhole }: HeadOfFile, text: string): void {
  if (!isWhole || !text.split(/\r\n|\n|\r/).every(isBlankLine)) return;
  throw new UserError(
    `${path}: expected a table, found ${bytes.length === 0 ? "nothing" : "only empty lines or comments"}.`,
    {
      advice: "Export the file again, or leave it out.",
    },
  );
}
