// Converts files to a form that DuckDB can read: unpacks archives, converts workbooks and devices' own files to tables, and
// rewrites text (readable-text.ts). Leaves everything else to be read in place.

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { actigraphRecording, isActigraph } from "./actigraph.ts";
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
import { besideKnownLayout } from "./known-layouts.ts";
import { readOrRewriteText } from "./readable-text.ts";
import {
  headOfOtherFormat,
  refuseDamagedOtherFormat,
  refuseOtherArchiveFormats,
  refuseTarFormat,
} from "./refuse-other-formats.ts";
import { rewriteUntilRead } from "./rewrite-until-read.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { unpackGzip } from "./unpack-gzip.ts";
import { unzipEntry, unzippableEntries, type ZipEntry } from "./unzip.ts";
import { workbookSheetEntry } from "./workbook-sheets.ts";
import { workbookTables } from "./workbook-tables.ts";

const headBytes = 2 ** 17;
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
  const head = await fileBytes(stored, 0, headBytes);
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4)
    return readableFilesOfArchive(database, file, options);
  if (/\.gz$/i.test(stored)) {
    if (!isReadableFileGzipped(head)) return [file];
    const out = options.scratch.file("unpacked.csv");
    await unpackGzip(stored, file.path, out);
    return { ...file, stored: out };
  }
  const device = await deviceTableOfReadableFile(file, head, options);
  if (device !== undefined) return [device];
  refuseUnreadableBinary(file.path, binaryFormat(isReadableFileGzipped(head) ? headOfOtherFormat(head) : head));
  refuseDamagedOtherFormat(file.path, head);
  refuseTarFormat(file.path, head);
  return readOrRewriteText(database, file, { bytes: head, isWhole: head.length < headBytes }, options);
}

/** Reads a device's own binary file; undefined if it is not one. */
async function deviceTableOfReadableFile(
  file: SourceFile,
  head: Uint8Array,
  options: NamingOptions,
): Promise<SourceFile | undefined> {
  const { path, stored = path } = file;
  if (isAxivity(head)) return deviceRecordingTable(file, "block", await axivityRecording(path, stored), options);
  if (isGeneactiv(head)) return deviceRecordingTable(file, "page", await geneactivRecording(path, stored), options);
  if (isGarminFit(head)) return deviceRecordingTable(file, "message", await garminFitRecording(path, stored), options);
  if (!isEmbracePlus(head)) return undefined;
  const { size } = await stat(stored);
  return deviceRecordingTable(file, "record", await embracePlusRecording(path, stored, size), options);
}

function isReadableFileGzipped(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function refuseUnreadableBinary(path: string, format: BinaryFormat | undefined): void {
  if (format === undefined) return;
  const advice = /^[\w./-]+$/.test(path) ? format.advice.replaceAll("FILE", path) : format.advice;
  throw new UserError(`${path}: expected a table, found ${format.is}.`, { advice });
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
