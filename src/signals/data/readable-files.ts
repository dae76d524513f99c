// Brings files into a form that DuckDB reads: archives are unpacked, UTF-16 becomes UTF-8, JSON becomes CSV, and tables that
// begin after other lines, have no names or are separated by spaces are written anew. Everything else is read in place.

import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbLiteral } from "./duckdb.ts";
import { duckdbErrorLine, type SourceFile } from "./find-files.ts";
import { knownLayout } from "./known-layouts.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { plainText, type Separator, splitTextLine, type TextLayout, textLayout } from "./text-layout.ts";
import { unzipEntry, zipEntries } from "./unzip.ts";

export interface ReadableOptions {
  /** Names of the columns, for files that have none. */
  readonly columns?: readonly string[] | undefined;
  readonly scratch: ScratchFolder;
  /** Called if the names of a file's columns are not in the file. */
  readonly warn: (message: string) => void;
}

const headBytes = 2 ** 17;
const headLines = 400;
const tableInArchive = /\.(csv|tsv|txt|dat|data|log|json|jsonl|ndjson|parquet|parq|pq)(\.gz)?$/i;
const notInArchive = /(^|\/)(__MACOSX\/|\.|readme|license|metadata)/i;

/** @throws UserError if a file has no table that can be read; the message says what it is and how to go on */
export async function readableFiles(
  database: Database,
  files: readonly SourceFile[],
  options: ReadableOptions,
): Promise<SourceFile[]> {
  const readable: SourceFile[] = [];
  for (const file of files) readable.push(...(await readableFile(database, file, options)));
  return readable;
}

async function readableFile(database: Database, file: SourceFile, options: ReadableOptions): Promise<SourceFile[]> {
  if (file.remote || file.format === "parquet") return [file];
  const stored = file.stored ?? file.path;
  const head = await headOfFile(stored);
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return unpacked(database, file, options);
  const encoding = utf16Of(head);
  if (encoding !== undefined) {
    const out = options.scratch.file("utf8.csv");
    await toUtf8(stored, out, encoding);
    return readableFile(database, { ...file, stored: out }, options);
  }
  const text = new TextDecoder("utf-8").decode(/\.gz$/i.test(stored) ? await headOfGzip(stored) : head);
  if (text.includes("\0")) return [file];
  if (/^\uFEFF?\s*[[{]/.test(text)) return [await fromJson(database, file, options)];
  const lines = text.split(/\r\n|\n|\r/).slice(0, headLines);
  if (lines.length > 1) lines.pop();
  const filled = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const plain = plainText(filled);
  if (plain !== undefined) return [plain.decimalComma ? { ...file, decimalCommaWith: plain.separator } : file];
  const layout = textLayout(lines);
  if (layout === undefined) return [file];
  if (layout.firstValues > 0 && layout.preamble.length === 0 && layout.separator !== "spaces") return [file];
  return [await rewritten(file, layout, options)];
}

async function headOfFile(path: string): Promise<Uint8Array> {
  const file = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`${path}: could not be opened: ${cause.code ?? cause.message}`, {
      advice: "Check the file's permissions.",
      cause,
    });
  });
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Empty if the file is no gzip file. */
async function headOfGzip(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const stream = createReadStream(path).pipe(createGunzip());
  try {
    for await (const part of stream) {
      parts.push(part);
      if (parts.reduce((sum, { length }) => sum + length, 0) >= headBytes) break;
    }
  } catch {
    return new Uint8Array();
  }
  return Buffer.concat(parts).subarray(0, headBytes);
}

/** The encoding of UTF-16 text, by its byte-order mark, or by every second byte of Latin text being zero. */
function utf16Of(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  let [even, odd] = [0, 0];
  for (let i = 0; i < Math.min(4096, head.length); i++) if (head[i] === 0) i % 2 === 0 ? even++ : odd++;
  const length = Math.min(4096, head.length);
  if (Math.max(even, odd) <= length / 4 || Math.min(even, odd) >= length / 100) return undefined;
  return even > odd ? "utf-16be" : "utf-16le";
}

async function toUtf8(path: string, out: string, encoding: string): Promise<void> {
  const decoder = new TextDecoder(encoding);
  await pipeline(
    createReadStream(path),
    async function* (parts: AsyncIterable<Uint8Array>) {
      for await (const part of parts) yield decoder.decode(part, { stream: true });
      yield decoder.decode();
    },
    createWriteStream(out),
  );
}

async function unpacked(database: Database, file: SourceFile, options: ReadableOptions): Promise<SourceFile[]> {
  const stored = file.stored ?? file.path;
  const entries = await zipEntries(stored);
  if (entries.some(({ name }) => name === "xl/workbook.xml")) {
    throw new UserError(`${file.path}: expected a CSV or TSV table, found an Excel workbook.`, {
      advice: "Save the sheet as CSV (UTF-8), and name the new file.",
    });
  }
  const tables = entries
    .filter(({ name }) => tableInArchive.test(name) && !notInArchive.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
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

async function fromJson(database: Database, file: SourceFile, { scratch }: ReadableOptions): Promise<SourceFile> {
  const out = scratch.file("json.csv");
  const source = duckdbLiteral((file.stored ?? file.path).replace(/[*?[]/g, "[$&]"));
  try {
    await database.rows(
      `COPY (FROM read_json_auto(${source}, sample_size=-1)) TO ${duckdbLiteral(out)} (FORMAT csv, HEADER true)`,
    );
  } catch (cause) {
    throw new UserError(`${file.path}: this JSON file is not a list of flat records: ${duckdbErrorLine(cause)}`, {
      advice:
        'Write one object per row, such as {"time": 0.02, "x": 0.1, "y": 0.2, "z": 9.8}, in an array or one per line.',
      cause,
    });
  }
  return { ...file, stored: out };
}

/** Writes the table with a line of names, values separated by one character, and a time if the file states only its rate. */
async function rewritten(file: SourceFile, layout: TextLayout, options: ReadableOptions): Promise<SourceFile> {
  const width = layout.sample[0]!.length;
  const known = knownLayout(basename(file.path), layout);
  const names =
    options.columns !== undefined && layout.names === undefined ? options.columns : (known?.names ?? layout.names);
  if (names === undefined) throw withoutNames(file.path, layout);
  if (names.length !== width) {
    throw new UserError(`${file.path}: --columns has ${names.length} names, but the rows have ${width} values.`, {
      advice: `Name every column in order; the first row is ${layout.sample[0]!.slice(0, 12).join(", ")}.`,
    });
  }
  const by = options.columns !== undefined && layout.names === undefined ? "--columns" : known?.is;
  if (by !== undefined && layout.names === undefined) {
    const source = by === "--columns" ? "named by --columns" : `named as in exports of ${by}`;
    options.warn(
      `${file.path}: the file has no line of column names; its columns are ${source}: ${names.slice(0, 12).join(", ")}.`,
    );
  }
  const clock = options.columns === undefined ? known?.clock : undefined;
  const scale = options.columns === undefined ? known?.scale : undefined;
  const separator: Separator = layout.separator === "spaces" ? "\t" : layout.separator;
  const quoted = names.map((name) =>
    name.includes(separator) || name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name,
  );
  const out = options.scratch.file("table.csv");
  const skip = layout.firstValues + (options.columns === undefined ? (known?.skip ?? 0) : 0);
  const input = createReadStream(file.stored ?? file.path);
  const lines = createInterface({
    input: /\.gz$/i.test(file.stored ?? file.path) ? input.pipe(createGunzip()) : input,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const valuesOf = (text: string): string => {
    if (scale !== undefined)
      return splitTextLine(text, layout.separator)
        .map((value) => Number(value) * scale)
        .join(separator);
    return layout.separator === "spaces" ? splitTextLine(text, "spaces").join("\t") : text.replace(/[;\s]+$/, "");
  };
  await pipeline(async function* () {
    yield `${[...(clock === undefined ? [] : ["timestamp_s"]), ...quoted].join(separator)}\n`;
    let [line, row, block] = [0, 0, ""];
    for await (const text of lines) {
      if (line++ < skip || text.trim() === "") continue;
      const values = valuesOf(text);
      block +=
        clock === undefined ? `${values}\n` : `${(clock.start + row / clock.rateHz).toFixed(6)}${separator}${values}\n`;
      row++;
      if (block.length < 2 ** 16) continue;
      yield block;
      block = "";
    }
    yield block;
  }, createWriteStream(out));
  return { ...file, stored: out };
}

function withoutNames(path: string, { sample }: TextLayout): UserError {
  const first = sample[0]!;
  const example = first
    .map((_, i) => (i === 0 ? "time" : `c${i + 1}`))
    .slice(0, 8)
    .join(",");
  return new UserError(
    `${path}: the file has no line of column names. Its rows have ${first.length} values, such as ${first.slice(0, 8).join(", ")}.`,
    {
      advice: `Name the columns in order: ${shellCommand("--columns", first.length > 8 ? `${example},...` : example)}`,
    },
  );
}
