// Converts files to a form that DuckDB can read. Unpacks archives, and converts UTF-16 to UTF-8, JSON to CSV, and mixed line
// endings to line feeds. Rewrites tables that begin after other lines, have no header line, or are separated by spaces.
// Converts workbooks and devices' own files to tables. Leaves everything else to be read in place.

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { actigraphRecording, isActigraph } from "./actigraph.ts";
import { arffAsTable, isArff } from "./arff-table.ts";
import { tablesOfAxisEntries, tablesOfAxisFiles } from "./axis-file-tables.ts";
import { axivityRecording, isAxivity } from "./axivity.ts";
import { type BinaryFormat, binaryFormat } from "./binary-formats.ts";
import { deviceRecordingTable } from "./device-recording.ts";
import type { Database } from "./duckdb.ts";
import { embracePlusRecording, isEmbracePlus } from "./embrace-plus.ts";
import { fileBytes } from "./file-bytes.ts";
import { emptyFilesLeftOut, filesInFolder, type SourceFile } from "./find-files.ts";
import { garminFitRecording, isGarminFit } from "./garmin-fit.ts";
import { geneactivRecording, isGeneactiv } from "./geneactiv.ts";
import { separateJoinedText } from "./joined-text.ts";
import { jsonAsCsv } from "./json-as-csv.ts";
import { keyValueBlocks, keyValueBlocksAsTable } from "./key-value-blocks.ts";
import { besideKnownLayout, clockInKnownLayout } from "./known-layouts.ts";
import { commentMark } from "./layout-names.ts";
import { contentsOfLineForm } from "./line-forms.ts";
import { contentsOfMixedDecimals, contentsOfSplitDecimals } from "./mixed-decimals.ts";
import { nulPaddedLines, removeNulPadding } from "./nul-padding.ts";
import { oldestFirst } from "./oldest-first.ts";
import {
  headOfOtherFormat,
  refuseDamagedOtherFormat,
  refuseInfluxFormat,
  refuseOtherArchiveFormats,
  refuseTarFormat,
} from "./refuse-other-formats.ts";
import { refuseWideRows } from "./refuse-wide-rows.ts";
import { resolveRepeatedNames } from "./repeated-names.ts";
import { reshapeJson, reshapeJsonLists } from "./reshape-json.ts";
import { rewriteUntilRead } from "./rewrite-until-read.ts";
import { serialLog, serialLogAsTable } from "./serial-log.ts";
import { type NamingOptions, tableWithNames } from "./table-with-names.ts";
import { withoutTextBelow } from "./text-below.ts";
import { isWindows1252Encoding, refuseOtherEncodings, textEncoding, writeInUtf8Encoding } from "./text-encoding.ts";
import { plainTextOfLayout, textLayout } from "./text-layout.ts";
import { copyTextLines, isBlankLine, linesOfText, writeTextLines } from "./text-lines.ts";
import { unpackGzip } from "./unpack-gzip.ts";
import { unzipEntry, unzippableEntries, type ZipEntry } from "./unzip.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";
import { vectorLines, vectorLinesAsTable } from "./vector-lines.ts";
import { workbookSheetEntry } from "./workbook-sheets.ts";
import { workbookTables } from "./workbook-tables.ts";

const headBytes = 2 ** 17;
const headLines = 400;
const tableInArchive =
  /\.(csv|tsv|txt|dat|data|log|json|jsonl|ndjson|parquet|parq|pq|xlsx|xlsm|cwa|gt3x|fit|avro)(\.gz)?$/i;
/** Matches files that are read only if the archive contains no tables; alongside tables, they may contain anything. */
const binaryInArchive = /\.bin$/i;
const archiveInArchive = /\.zip$/i;
/** Maximum number of archives around an archive; some archives contain themselves. */
const mostArchives = 2;
const notInArchive = /(^|\/)(__MACOSX\/|\.|readme|license|metadata)/i;

/**
 * @throws UserError if a file contains no readable table; the message describes the file's content and the next step
 */
export async function readableFiles(
  database: Database,
  files: readonly SourceFile[],
  options: NamingOptions,
): Promise<SourceFile[]> {
  const { tables, others } = await tablesOfAxisFiles(database, await withoutFilesBeside(files, options), {
    ...options,
    labelled: options.labelled ?? false,
    listed: filesInFolder,
  });
  const readable = [...tables];
  for (const file of others) readable.push(...(await readableFile(database, file, options)));
  return readable;
}

async function withoutFilesBeside(
  files: readonly SourceFile[],
  { warn }: NamingOptions,
): Promise<readonly SourceFile[]> {
  const { read, beside } = await besideKnownLayout(files);
  const names = beside.map(({ path }) => basename(path));
  if (names.length > 0) warn(`These files are not read, because they hold no accelerations: ${names.join(", ")}.`);
  return read;
}

function readableFile(database: Database, file: SourceFile, options: NamingOptions): Promise<readonly SourceFile[]> {
  return rewriteUntilRead(file, (form) => readOrRewriteFile(database, form, options));
}

/** Returns the file's tables, or the file rewritten in a form that is read next. */
async function readOrRewriteFile(
  database: Database,
  file: SourceFile,
  options: NamingOptions,
): Promise<SourceFile | readonly SourceFile[]> {
  if (file.remote || file.format === "parquet") return [file];
  const stored = file.stored ?? file.path;
  const bytes = await fileBytes(stored, 0, headBytes);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4)
    return readableFilesOfArchive(database, file, options);
  if (/\.gz$/i.test(stored)) {
    if (!isReadableFileGzipped(bytes)) return [file];
    const out = options.scratch.file("unpacked.csv");
    await unpackGzip(stored, file.path, out);
    return { ...file, stored: out };
  }
  if (isAxivity(bytes))
    return [await deviceRecordingTable(file, "block", await axivityRecording(file.path, stored), options)];
  if (isGeneactiv(bytes))
    return [await deviceRecordingTable(file, "page", await geneactivRecording(file.path, stored), options)];
  if (isGarminFit(bytes))
    return [await deviceRecordingTable(file, "message", await garminFitRecording(file.path, stored), options)];
  if (isEmbracePlus(bytes)) {
    const { size } = await stat(stored);
    return [await deviceRecordingTable(file, "record", await embracePlusRecording(file.path, stored, size), options)];
  }
  refuseReadableBinary(file.path, binaryFormat(isReadableFileGzipped(bytes) ? headOfOtherFormat(bytes) : bytes));
  refuseDamagedOtherFormat(file.path, bytes);
  refuseTarFormat(file.path, bytes);
  const encoding = textEncoding(bytes);
  if (encoding !== undefined) {
    const out = options.scratch.file("utf8.csv");
    await writeInUtf8Encoding(stored, out, encoding);
    return { ...file, stored: out };
  }
  const text = new TextDecoder("utf-8").decode(bytes, { stream: true });
  if (text.includes("\0")) {
    const padded = nulPaddedLines(text);
    if (padded === 0) return [file];
    const out = options.scratch.file("unpadded.csv");
    await removeNulPadding(stored, out, padded);
    options.warn(
      `${file.path}: NUL bytes ${Number.isFinite(padded) ? "in the lines before the table " : ""}are left out.`,
    );
    return { ...file, stored: out };
  }
  if (isWindows1252Encoding(bytes)) {
    const out = options.scratch.file("utf8.csv");
    await writeInUtf8Encoding(stored, out, "windows-1252");
    options.warn(`${file.path}: the text is not UTF-8, so it is read as Windows-1252. Check the names in it.`);
    return { ...file, stored: out };
  }
  refuseOtherEncodings(file.path, bytes);
  requireReadableFileLines(file.path, bytes, text);
  refuseInfluxFormat(file.path, text);
  if (annotationOfInflux.test(text)) {
    const out = options.scratch.file("plain.csv");
    await writeTextLines(readableFileWithoutAnnotations(stored), out);
    return { ...file, stored: out, lineOffset: null };
  }
  if (/\r\n/.test(text) && /\r(?!\n|$)|(?<!\r)\n/.test(text)) {
    const out = options.scratch.file("lines.csv");
    const dropped = await copyTextLines(stored, out);
    const { lineOffset = 0 } = file;
    return { ...file, stored: out, lineOffset: lineOffset === null ? null : lineOffset + dropped };
  }
  const head = text.split(/\r\n|\n|\r/);
  // The last line may be cut off.
  if (head.length > 1) head.pop();
  const lines = head.slice(0, headLines);
  const tableLines = lines.filter((line) => !isBlankLine(line));
  const contents = contentsOfLineForm(tableLines);
  if (contents !== undefined) {
    const out = options.scratch.file("contents.csv");
    await contents(stored, out);
    return { ...file, stored: out };
  }
  if (/^\s*[[{]/.test(text) && !bracketsBeforeText.test(text)) {
    const table = await reshapeJsonLists(file, text, options.scratch);
    if (table !== undefined) return table;
    return [await jsonAsCsv(database, await reshapeJson(file, text, options.scratch), options)];
  }
  const isSpaced = lines.filter((line) => blankLine.test(line)).length > spacedShare * lines.length;
  if (isSpaced || head.some((line) => lineOfSpaces.test(line))) {
    const out = options.scratch.file("blank.csv");
    await writeTextLines(linesWithoutSpaces(stored, isSpaced), out);
    return { ...file, stored: out, ...(isSpaced && { lineOffset: null }) };
  }
  if (isArff(lines)) {
    const out = options.scratch.file("arff.csv");
    const above = await arffAsTable(stored, out);
    const { lineOffset = 0 } = file;
    return { ...file, stored: out, lineOffset: lineOffset === null ? null : lineOffset + above - 1 };
  }
  const ofBlocks = keyValueBlocks(tableLines);
  if (ofBlocks !== undefined) {
    const out = options.scratch.file("blocks.csv");
    await keyValueBlocksAsTable(stored, out, ofBlocks);
    return { ...file, stored: out, lineOffset: null };
  }
  const vectors = vectorLines(tableLines);
  if (vectors !== undefined) {
    const out = options.scratch.file("vectors.csv");
    await vectorLinesAsTable(stored, out, vectors);
    return { ...file, stored: out, lineOffset: null };
  }
  const serial = serialLog(tableLines);
  if (serial !== undefined) {
    const out = options.scratch.file("serial.csv");
    const { lineOffset = 0 } = file;
    const named = Number(serial.names !== undefined);
    await serialLogAsTable(stored, out, serial);
    return { ...file, stored: out, lineOffset: lineOffset === null ? null : lineOffset - named };
  }
  const plain = plainTextOfLayout(tableLines);
  const points = plain === undefined ? contentsOfSplitDecimals(tableLines) : contentsOfMixedDecimals(plain, tableLines);
  if (points !== undefined) {
    const out = options.scratch.file("points.csv");
    await points(stored, out);
    return { ...file, stored: out };
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

/** Matches lines that begin with a time or a level in brackets, as terminals and loggers write them. */
const bracketsBeforeText = /^\s*\[[^[\]{}"\n]{1,80}\][^\S\n]*[^\s,\]]/;

/** Matches the annotations at the top of InfluxDB's annotated CSV. */
const annotationOfInflux = /^#(group|datatype|default),/;

async function* readableFileWithoutAnnotations(path: string): AsyncGenerator<string> {
  for await (const line of linesOfText(path)) if (!annotationOfInflux.test(line)) yield line;
}

/** Share of blank lines above which they follow the rows and separate nothing; arbitrary. */
const spacedShare = 1 / 3;
const blankLine = /^ *$/;
/** Matches blank lines that DuckDB would take for rows of one value. */
const lineOfSpaces = /^ +$/;

/** Empties blank lines, or leaves them out if they follow the rows. */
async function* linesWithoutSpaces(path: string, isSpaced: boolean): AsyncGenerator<string> {
  for await (const line of linesOfText(path)) {
    if (!blankLine.test(line)) yield line;
    else if (!isSpaced) yield "";
  }
}

function isReadableFileGzipped(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function refuseReadableBinary(path: string, format: BinaryFormat | undefined): void {
  if (format === undefined) return;
  const advice = /^[\w./-]+$/.test(path) ? format.advice.replaceAll("FILE", path) : format.advice;
  throw new UserError(`${path}: expected a table, found ${format.is}.`, { advice });
}

/**
 * Rejects a file that contains only empty lines or comments; otherwise, DuckDB would use the first comment as a column name.
 */
function requireReadableFileLines(path: string, { length }: Uint8Array, text: string): void {
  if (length === headBytes || !text.split(/\r\n|\n|\r/).every(isBlankLine)) return;
  throw new UserError(
    `${path}: expected a table, found ${length === 0 ? "nothing" : "only empty lines or comments"}.`,
    {
      advice: "Export the file again, or leave it out.",
    },
  );
}

async function readableFilesOfArchive(
  database: Database,
  file: SourceFile,
  options: NamingOptions,
): Promise<SourceFile[]> {
  const stored = file.stored ?? file.path;
  const entries = await unzippableEntries(stored);
  if (workbookSheetEntry(entries) !== undefined) {
    const sheets: SourceFile[] = [];
    for (const sheet of await workbookTables(file, stored, entries, options))
      sheets.push(...(await readableFile(database, sheet, options)));
    return sheets;
  }
  if (isActigraph(entries)) {
    const recording = await actigraphRecording(file.path, stored, entries, options.scratch);
    return [await deviceRecordingTable(file, "record", recording, options)];
  }
  refuseOtherArchiveFormats(file.path, entries);
  const labelled = options.labelled ?? false;
  const ofAxes = await tablesOfAxisEntries(database, { path: file.path, stored, entries }, { ...options, labelled });
  if (ofAxes.length > 0) return ofAxes;
  const named = (form: RegExp): ZipEntry[] =>
    entries
      .filter(({ name }) => form.test(name) && !notInArchive.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const depth = file.path.match(/\.zip(?=\/)/gi)?.length ?? 0;
  const forms = [tableInArchive, binaryInArchive, ...(depth < mostArchives ? [archiveInArchive] : [])];
  const listed = forms.map(named).find(({ length }) => length > 0) ?? [];
  const empty = listed.filter(({ bytes }) => bytes === 0);
  const tables = empty.length < listed.length ? listed.filter(({ bytes }) => bytes > 0) : listed;
  if (tables !== listed && empty.length > 0)
    options.warn(emptyFilesLeftOut(empty.map(({ name }) => `${file.path}/${name}`)));
  if (tables.length === 0) {
    const names = entries.slice(0, 5).map(({ name }) => name);
    throw new UserError(
      `${file.path}: this zip archive contains no table; it contains ${names.join(", ") || "nothing"}.`,
      {
        advice: "Unpack the archive, and pass the files with recordings.",
      },
    );
  }
  const unpacked: SourceFile[] = [];
  for (const entry of tables) {
    const out = options.scratch.file(basename(entry.name));
    await unzipEntry(stored, entry, out);
    const format = /\.(parquet|parq|pq)$/i.test(entry.name) ? "parquet" : "csv";
    unpacked.push({ path: `${file.path}/${entry.name}`, remote: false, format, stored: out });
  }
  const readable: SourceFile[] = [];
  for (const entry of await withoutFilesBeside(unpacked, options))
    readable.push(...(await readableFile(database, entry, options)));
  return readable;
}
