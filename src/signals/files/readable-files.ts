// Brings files into a form that DuckDB reads. Archives are unpacked, UTF-16 becomes UTF-8, JSON becomes CSV, and mixed
// line ends become line feeds. Tables that begin after other lines, have no names, or are separated by spaces are
// rewritten. Workbooks and the files of devices become tables. Everything else is read in place.

import { isUtf8 } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { actigraphRecording, isActigraph } from "./actigraph.ts";
import { axivityRecording, isAxivity } from "./axivity.ts";
import { type BinaryFormat, binaryFormat } from "./binary-formats.ts";
import { deviceTable } from "./device-recording.ts";
import type { Database } from "./duckdb.ts";
import { fileBytes } from "./file-bytes.ts";
import type { SourceFile } from "./find-files.ts";
import { fitRecording, isFit } from "./fit.ts";
import { geneactivRecording, isGeneactiv } from "./geneactiv.ts";
import { withoutJoints } from "./joined-text.ts";
import { jsonAsCsv } from "./json-table.ts";
import { statedRate } from "./known-layouts.ts";
import { type NamingOptions, tableWithNames } from "./named-table.ts";
import { unzippedHead } from "./refuse-other-formats.ts";
import { resolveRepeatedNames } from "./repeated-names.ts";
import { serialLog, serialLogAsTable } from "./serial-log.ts";
import { plainText, textLayout } from "./text-layout.ts";
import { linesOfText, writeLines } from "./text-lines.ts";
import { unzipEntry, type ZipEntry, zipEntries } from "./unzip.ts";
import { findRoleColumn } from "./usual-column-names.ts";
import { workbookEntry } from "./workbook-sheets.ts";
import { workbookTables } from "./workbook-tables.ts";

const headBytes = 2 ** 17;
const headLines = 400;
const lineFeed = 10;
const tableInArchive = /\.(csv|tsv|txt|dat|data|log|json|jsonl|ndjson|parquet|parq|pq|xlsx|xlsm|cwa|gt3x|fit)(\.gz)?$/i;
/** Files that are read only if the archive has no tables; beside tables, a .bin file may contain anything. */
const binaryInArchive = /\.bin$/i;
const notInArchive = /(^|\/)(__MACOSX\/|\.|readme|license|metadata)/i;

/** @throws UserError if a file contains no readable table; the message says what it contains and what to do next */
export async function readableFiles(
  database: Database,
  files: readonly SourceFile[],
  options: NamingOptions,
): Promise<SourceFile[]> {
  const readable: SourceFile[] = [];
  for (const file of files) readable.push(...(await readableFile(database, file, options)));
  return readable;
}

async function readableFile(database: Database, file: SourceFile, options: NamingOptions): Promise<SourceFile[]> {
  if (file.remote || file.format === "parquet") return [file];
  const stored = file.stored ?? file.path;
  const head = await fileBytes(stored, 0, headBytes);
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return unpacked(database, file, options);
  const gzipped = /\.gz$/i.test(stored);
  if (gzipped && !isGzip(head)) return [file];
  const bytes = gzipped ? await headOfGzip(stored, file.path) : head;
  if (isAxivity(bytes)) {
    const plain = gzipped ? options.scratch.file("unpacked.cwa") : stored;
    if (gzipped) await pipeline(createReadStream(stored), createGunzip(), createWriteStream(plain));
    return [await deviceTable(file, "block", await axivityRecording(file.path, plain), options)];
  }
  if (isGeneactiv(bytes))
    return [await deviceTable(file, "page", await geneactivRecording(file.path, stored), options)];
  if (!gzipped && isFit(bytes))
    return [await deviceTable(file, "message", await fitRecording(file.path, stored), options)];
  refuseBinaryFormat(file.path, binaryFormat(gzipped || !isGzip(head) ? bytes : unzippedHead(head)));
  refuseDamagedBinary(file.path, bytes);
  refuseTar(file.path, bytes);
  const encoding = utf16Of(bytes) ?? markedJson(bytes);
  if (encoding !== undefined) {
    const out = options.scratch.file("utf8.csv");
    await toUtf8(stored, out, encoding);
    return readableFile(database, { ...file, stored: out }, options);
  }
  const text = new TextDecoder("utf-8").decode(bytes, { stream: true });
  if (text.includes("\0")) {
    const padded = paddedLines(text);
    if (padded === 0) return [file];
    const out = options.scratch.file("unpadded.csv");
    await withoutPadding(stored, out, padded);
    options.warn(`${file.path}: NUL bytes in the lines before the table are left out.`);
    return readableFile(database, { ...file, stored: out }, options);
  }
  refuseOtherEncodings(file.path, bytes);
  refuseBlankText(file.path, bytes, text);
  if (/\r\n/.test(text) && /\r(?!\n|$)|(?<!\r)\n/.test(text)) {
    const out = options.scratch.file("lines.csv");
    const dropped = await withLineFeeds(stored, out);
    const { lineOffset = 0 } = file;
    const own = { ...file, stored: out, lineOffset: lineOffset === null ? null : lineOffset + dropped };
    return readableFile(database, own, options);
  }
  if (/^\s*[[{]/.test(text)) return [await jsonAsCsv(database, file, options.scratch)];
  const lines = text.split(/\r\n|\n|\r/).slice(0, headLines);
  if (lines.length > 1) lines.pop();
  const serial = serialLog(lines.filter((line) => !isBlank(line)));
  if (serial !== undefined) {
    const out = options.scratch.file("serial.csv");
    const { lineOffset = 0 } = file;
    const named = Number(serial.names !== undefined);
    await serialLogAsTable(stored, out, serial);
    const own = { ...file, stored: out, lineOffset: lineOffset === null ? null : lineOffset - named };
    return readableFile(database, own, options);
  }
  const plain = plainText(lines.filter((line) => !isBlank(line)));
  const comments = lines.filter((line) => line.startsWith("#"));
  if (plain !== undefined && statedRate(comments, plain.names) === undefined) {
    resolveRepeatedNames(file.path, plain.names, options);
    const header = lines.find((line) => !isBlank(line))!.replace(/^\ufeff/, "");
    const time = plain.names.indexOf(options.time ?? findRoleColumn(plain.names, "time") ?? "");
    const { separator } = plain;
    const tables = gzipped ? [file] : await withoutJoints(file, header, { separator, time }, options);
    return plain.decimalComma ? tables.map((own) => ({ ...own, decimalCommaWith: separator })) : tables;
  }
  const layout = textLayout(lines);
  if (layout === undefined) return [file];
  if (layout.firstValues === 1 && layout.preamble.length === 0 && layout.separator !== "spaces") return [file];
  return [await tableWithNames(file, layout, options)];
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function refuseBinaryFormat(path: string, format: BinaryFormat | undefined): void {
  if (format === undefined) return;
  const advice = /^[\w./-]+$/.test(path) ? format.advice.replaceAll("FILE", path) : format.advice;
  throw new UserError(`${path}: expected a table, found ${format.is}.`, { advice });
}

/** Rejects a file whose first bytes do not fit its extension, unless it is text, which is read under any name. */
function refuseDamagedBinary(path: string, head: Uint8Array): void {
  const extension = /\.(xlsx|xlsm|cwa|gt3x|fit)(?=(\.gz)?$)/i.exec(path)?.[0];
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = new TextDecoder("utf-8").decode(head, { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters show that the file is not text.
  if (extension === undefined || isMarked || !/[\x00-\x08\x0e-\x1f\ufffd]/.test(text)) return;
  throw new UserError(
    `${path}: this is no ${extension.toLowerCase()} file, although its name says so, or it is damaged.`,
    {
      advice: "Copy or export it again.",
    },
  );
}

/** Unpacks the whole file, because DuckDB reads a file that is cut off without an error. */
async function headOfGzip(path: string, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const input = createReadStream(path);
  try {
    for await (const part of input.pipe(createGunzip()) as AsyncIterable<Uint8Array>) {
      if (bytes < headBytes) parts.push(part);
      bytes += part.length;
    }
  } catch (cause) {
    throw new UserError(`${name}: this gzip file is cut off or damaged after ${counted(bytes, "unpacked byte")}.`, {
      advice: "Copy or export it again.",
      cause,
    });
  } finally {
    input.destroy();
  }
  return Buffer.concat(parts).subarray(0, headBytes);
}

/** The mark of a tar archive follows the name and the numbers of its first file. */
function refuseTar(path: string, head: Uint8Array): void {
  if (new TextDecoder("latin1").decode(head.subarray(257, 262)) !== "ustar") return;
  throw new UserError(`${path}: expected a table, found a tar archive.`, {
    advice: `Unpack it with ${shellCommand("tar", "-xf", path)}, and name the files with recordings.`,
  });
}

/** DuckDB would take the first comment for the name of a column. */
function refuseBlankText(path: string, { length }: Uint8Array, text: string): void {
  if (length === headBytes || !text.split(/\r\n|\n|\r/).every(isBlank)) return;
  throw new UserError(
    `${path}: expected a table, found ${length === 0 ? "nothing" : "only empty lines or comments"}.`,
    {
      advice: "Export it again, or leave it out.",
    },
  );
}

function isBlank(line: string): boolean {
  return line.trim() === "" || line.startsWith("#");
}

/** DuckDB would skip a first line that is not UTF-8 and take the names from the second. */
function refuseOtherEncodings(path: string, head: Uint8Array): void {
  let [line, start] = [1, 0];
  for (let end = head.indexOf(lineFeed); end >= 0; end = head.indexOf(lineFeed, start)) {
    if (!isUtf8(head.subarray(start, end)))
      throw new UserError(`${path}: line ${line} is not UTF-8 text.`, { advice: "Save the file in UTF-8." });
    line++;
    start = end + 1;
  }
}

/** Number of lines before the table if only these contain NUL bytes, which pad texts in the preamble of GENEActiv; else 0. */
function paddedLines(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters show that the file is not text.
  if (/[\x01-\x08\x0e-\x1f\ufffd]/.test(text)) return 0;
  const lines = text.split(/\r\n|\n|\r/).slice(0, headLines);
  const before = textLayout(lines.map((line) => line.replaceAll("\0", "")))?.preamble.length ?? 0;
  const last = lines.findLastIndex((line) => line.includes("\0"));
  return last >= 0 && last < before ? before : 0;
}

async function withoutPadding(path: string, out: string, padded: number): Promise<void> {
  const lines = async function* (): AsyncGenerator<string> {
    let line = 0;
    for await (const text of linesOfText(path)) yield line++ < padded ? text.replaceAll("\0", "") : text;
  };
  await writeLines(lines(), out);
}

/** @returns the number of empty lines at the top, which are dropped */
async function withLineFeeds(path: string, out: string): Promise<number> {
  let dropped = 0;
  let first = true;
  const filled = async function* (): AsyncGenerator<string> {
    for await (const line of linesOfText(path)) {
      if (first && line === "") dropped++;
      else yield line;
      first &&= line === "";
    }
  };
  await writeLines(filled(), out);
  return dropped;
}

/** The encoding of UTF-16 text. It has a byte-order mark, or every second byte is zero, as in Latin text. */
function utf16Of(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  let [even, odd] = [0, 0];
  for (let i = 0; i < Math.min(4096, head.length); i++) if (head[i] === 0) i % 2 === 0 ? even++ : odd++;
  const length = Math.min(4096, head.length);
  if (Math.max(even, odd) <= length / 4 || Math.min(even, odd) >= length / 100) return undefined;
  return even > odd ? "utf-16be" : "utf-16le";
}

/** DuckDB reads a byte-order mark as a part of the JSON. */
function markedJson(head: Uint8Array): "utf-8" | undefined {
  return head[0] === 0xef && /^\s*[[{]/.test(new TextDecoder("utf-8").decode(head.subarray(0, 100)))
    ? "utf-8"
    : undefined;
}

/** Without a byte-order mark. */
async function toUtf8(path: string, out: string, encoding: string): Promise<void> {
  const decoder = new TextDecoder(encoding);
  const input = createReadStream(path);
  await pipeline(
    /\.gz$/i.test(path) ? input.pipe(createGunzip()) : input,
    async function* (parts: AsyncIterable<Uint8Array>) {
      for await (const part of parts) yield decoder.decode(part, { stream: true });
      yield decoder.decode();
    },
    createWriteStream(out),
  );
}

async function unpacked(database: Database, file: SourceFile, options: NamingOptions): Promise<SourceFile[]> {
  const stored = file.stored ?? file.path;
  const entries = await zipEntries(stored);
  if (workbookEntry(entries) !== undefined) {
    const sheets: SourceFile[] = [];
    for (const sheet of await workbookTables(file, stored, entries, options))
      sheets.push(...(await readableFile(database, sheet, options)));
    return sheets;
  }
  if (isActigraph(entries)) {
    const recording = await actigraphRecording(file.path, stored, entries, options.scratch);
    return [await deviceTable(file, "record", recording, options)];
  }
  refuseOtherArchives(file.path, entries);
  const named = (form: RegExp): ZipEntry[] =>
    entries
      .filter(({ name }) => form.test(name) && !notInArchive.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const tables = [tableInArchive, binaryInArchive].map(named).find(({ length }) => length > 0) ?? [];
  if (tables.length === 0) {
    const names = entries.slice(0, 5).map(({ name }) => name);
    throw new UserError(
      `${file.path}: this zip archive contains no table; it contains ${names.join(", ") || "nothing"}.`,
      {
        advice: "Unpack it, and name the files with recordings.",
      },
    );
  }
  const files: SourceFile[] = [];
  for (const entry of tables) {
    const out = options.scratch.file(basename(entry.name));
    await unzipEntry(stored, entry, out);
    const format = /\.(parquet|parq|pq)$/i.test(entry.name) ? "parquet" : "csv";
    files.push(
      ...(await readableFile(
        database,
        { path: `${file.path}/${entry.name}`, remote: false, format, stored: out },
        options,
      )),
    );
  }
  return files;
}

/** Spreadsheets that are archives, but not of the usual kind. */
function refuseOtherArchives(path: string, entries: readonly ZipEntry[]): void {
  const has = (name: string): boolean => entries.some((entry) => entry.name === name);
  const is = has("xl/workbook.bin")
    ? "a binary Excel workbook (.xlsb)"
    : has("content.xml") && has("META-INF/manifest.xml")
      ? "an OpenDocument file (.ods)"
      : has("Index/Document.iwa")
        ? "an Apple Numbers file"
        : undefined;
  if (is === undefined) return;
  throw new UserError(`${path}: expected a table, found ${is}.`, {
    advice: 'Save it as an Excel workbook (.xlsx) or as "CSV UTF-8", and name the new file.',
  });
}
