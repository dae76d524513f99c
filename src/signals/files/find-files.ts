// Resolves the user's paths, globs and URLs to files, each with its format.

import { type BigIntStats, constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../../errors.ts";
import { kindOfFile } from "../../kind-of-file.ts";
import { listedNames } from "../../listed-names.ts";
import type { Reporter } from "../../reporter.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { explainSystemErrorOnRead, hasSystemErrorCode } from "../../system-error.ts";
import { axisFileSets } from "./axis-files.ts";
import { layoutOfAxisFiles } from "./axis-layout.ts";
import { type Database, duckdbErrorLine, duckdbLiteral } from "./duckdb.ts";
import { allowRemoteFiles } from "./remote-files.ts";
import { workbookSheetInPath } from "./workbook-sheets.ts";

export interface SourceFile {
  /** Path as given by the user, with globs expanded. */
  readonly path: string;
  /** One of: csv (any delimiter, also gzipped) and parquet. */
  readonly format: "csv" | "parquet";
  readonly remote: boolean;
  /** Path of the content if the file was unpacked or rewritten. */
  readonly stored?: string;
  /**
   * Number to add to a line number in the rewritten file to get the line number in the user's file; null if the lines do not
   * correspond, as in JSON.
   */
  readonly lineOffset?: number | null;
  /** The value separator if decimals are written with a comma. */
  readonly decimalCommaWith?: string;
  /** Whether thousands are separated by a point, as in 1.234,56. */
  readonly thousandsPoint?: boolean;
  /** The file that contains this table, if that file contains several tables. */
  readonly within?: string;
  /** The sheet to read from a workbook if only one is read. */
  readonly sheet?: string;
}

/** Minimum number of files for a warning that opening them may take minutes; arbitrary. */
const manyFiles = 500;

/**
 * Expands globs and checks that every local file exists and is a regular file. Empty files are left out, because apps write one
 * for each sensor without values; if all are empty, the first one is rejected.
 * @param patterns paths, globs (`data/*.csv`) and URLs (`s3://bucket/*.parquet`, `https://...`)
 * @param reporter notified of empty files, of many files, and before DuckDB downloads an extension, which it needs for reading
 *   URLs
 * @param stored paths of files whose content came from elsewhere, by the names used for them in messages
 * @returns files in pattern order, without duplicates; matches of a glob are sorted by name
 * @throws UserError if nothing matches, if a match is a pipe, device, socket or folder (unless the folder has files that hold
 * one axis of a sensor each), if all files are empty, or if two names refer to the same file
 */
export async function findFiles(
  database: Database,
  patterns: readonly string[],
  reporter: Reporter,
  stored: ReadonlyMap<string, string> = new Map(),
): Promise<SourceFile[]> {
  if (patterns.length === 0) {
    throw new UserError("No recordings were named.", { advice: "Give at least one CSV, TSV or Parquet file." });
  }
  const found = new Map<string, SourceFile>();
  /** The first name that each file was found under, by its identity in the file system. */
  const nameOf = new Map<string, string>();
  const empty: string[] = [];
  for (const pattern of patterns) {
    const content = stored.get(pattern);
    if (content !== undefined) {
      if ((await checkFoundFile(content, pattern)).size === 0n) empty.push(pattern);
      found.set(pattern, { path: pattern, remote: false, format: formatOfFoundFile(pattern), stored: content });
      continue;
    }
    const remote = /^[a-z][a-z0-9]+:\/\//i.test(pattern);
    const paths = remote
      ? await findFilesInObjectStorage(database, pattern, reporter)
      : await findFilesLocally(database, pattern, reporter);
    for (const path of paths) {
      if (found.has(path)) continue;
      const within = remote ? undefined : await workbookSheetInPath(path);
      if (!remote) {
        const status = await checkFoundFile(within?.stored ?? path);
        refuseFileFoundTwice(path, status, nameOf, within?.sheet);
        if (status.size === 0n) empty.push(path);
      }
      const format = within === undefined ? formatOfFoundFile(path) : "csv";
      found.set(path, { path, remote, format, ...within });
    }
  }
  if (empty.length > 0 && empty.length === found.size) {
    throw new UserError(`${empty[0]}: the file is empty (0 bytes).`, {
      advice: `Export ${basename(empty[0]!)} again, or leave it out.`,
    });
  }
  if (empty.length > 0) reporter.warn(emptyFilesLeftOut(empty));
  for (const path of empty) found.delete(path);
  if (found.size >= manyFiles) {
    reporter.warn(
      `${found.size.toLocaleString("en")} files are opened one after another, which may take minutes; tidemark convert writes them as one table, which is read much faster.`,
    );
  }
  return [...found.values()];
}

export function emptyFilesLeftOut(paths: readonly string[]): string {
  return `Empty files are left out: ${paths.join(", ")}.`;
}

function formatOfFoundFile(path: string): SourceFile["format"] {
  return /\.(parquet|parq|pq)$/i.test(path) ? "parquet" : "csv";
}

async function findFilesLocally(database: Database, pattern: string, reporter: Reporter): Promise<string[]> {
  const found = await stat(pattern).catch((error: unknown) => {
    if (hasSystemErrorCode(error, "ENOENT") || hasSystemErrorCode(error, "ENOTDIR")) return null;
    throw explainSystemErrorOnRead(error, pattern);
  });
  if (found?.isDirectory()) {
    const ofAxes = await findAxisFilesBelow(pattern);
    if (ofAxes.length === 0) return [pattern];
    reporter.warn(
      `${pattern}: of the files in this folder, only those with one axis of a sensor each are read: ${listedNames(ofAxes.map((path) => relative(pattern, path)))}.`,
    );
    return ofAxes;
  }
  if (found !== null || (await workbookSheetInPath(pattern)) !== undefined) return [pattern];
  if (!/[*?[]/.test(pattern)) {
    throw new UserError(`${pattern}: there is no such file.`, {
      advice: "Check the path; it is relative to the folder in which the command runs.",
    });
  }
  await checkFolderToFindFiles(pattern);
  const paths = await findFilesByGlob(database, pattern);
  if (paths.length === 0) {
    throw new UserError(`${pattern}: no file matches this pattern.`, {
      advice: "Check the folder and the extension; quote the pattern if your shell expands it.",
    });
  }
  return paths;
}

/** Lists the regular files in a folder; none if the folder cannot be listed. */
export async function filesInFolder(folder: string): Promise<SourceFile[]> {
  return (await listedFolder(folder)).files;
}

async function listedFolder(folder: string): Promise<{ files: SourceFile[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const pathsOf = (own: typeof entries): string[] => own.map(({ name }) => join(folder, name)).sort();
  const files = pathsOf(entries.filter((entry) => entry.isFile()));
  return {
    files: files.map((path) => ({ path, remote: false, format: formatOfFoundFile(path) })),
    folders: pathsOf(entries.filter((entry) => entry.isDirectory())),
  };
}

/** Maximum number of folders to search, and of levels below the first one. */
const [mostFolders, mostLevels] = [200, 3];

/** Yields the files of a folder and of the folders below it, level by level; the first level is 0. */
async function* filesBelowFolder(folder: string): AsyncGenerator<{ level: number; files: SourceFile[] }> {
  let folders = [folder];
  let left = mostFolders;
  for (let level = 0; level <= mostLevels; level++) {
    const below: string[] = [];
    for (const path of folders.slice(0, left)) {
      const listed = await listedFolder(path);
      yield { level, files: listed.files };
      below.push(...listed.folders);
    }
    left -= Math.min(left, folders.length);
    folders = below;
  }
}

/** Returns the files below a folder that hold one axis of a sensor each, as in UCI HAR's folders. */
async function findAxisFilesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { files } of filesBelowFolder(folder)) {
    for (const set of axisFileSets(files))
      if ((await layoutOfAxisFiles(set)) !== undefined)
        found.push(...set.sensors.flatMap((own) => own.files.map((file) => file.path)));
  }
  return found;
}

/** Rejects a folder that cannot be listed, because DuckDB would find nothing in it. */
async function checkFolderToFindFiles(pattern: string): Promise<void> {
  const folder = dirname(pattern.slice(0, pattern.search(/[*?[]/) + 1));
  await access(folder, constants.R_OK | constants.X_OK).catch((error: unknown) => {
    if (!hasSystemErrorCode(error, "ENOENT")) throw explainSystemErrorOnRead(error, folder);
  });
}

async function findFilesInObjectStorage(database: Database, pattern: string, reporter: Reporter): Promise<string[]> {
  await allowRemoteFiles(database, pattern, reporter);
  if (!/[*?[]/.test(pattern) || /^https?:/i.test(pattern)) return [pattern];
  const paths = await findFilesByGlob(database, pattern);
  if (paths.length === 0) throw new UserError(`${pattern}: no object matches this pattern.`);
  return paths;
}

async function findFilesByGlob(database: Database, pattern: string): Promise<string[]> {
  try {
    const rows = await database.rows(`SELECT file FROM glob(${duckdbLiteral(pattern)})`);
    return rows.map((row) => String(row.file)).sort();
  } catch (cause) {
    throw new UserError(`${pattern}: could not be listed: ${duckdbErrorLine(cause)}`, { cause });
  }
}

/** Rejects a file that is given twice, because its rows would be read twice. */
function refuseFileFoundTwice(
  path: string,
  { dev, ino }: BigIntStats,
  nameOf: Map<string, string>,
  sheet: string | undefined,
): void {
  const file = `${dev} ${ino} ${sheet ?? ""}`;
  const other = nameOf.get(file);
  nameOf.set(file, path);
  if (other === undefined) return;
  throw new UserError(`${path} is the same file as ${other}.`, { advice: "Name each file once." });
}

async function checkFoundFile(stored: string, path: string = stored): Promise<BigIntStats> {
  const status = await stat(stored, { bigint: true });
  if (status.isDirectory()) {
    throw new UserError(`${path}: expected a file, found ${kindOfFile(status)}.`, {
      advice: `Give its files as a pattern, for example ${shellCommand(shellPath(await patternToFindFiles(path)))}`,
    });
  }
  if (!status.isFile()) {
    throw new UserError(`${path}: expected a file, found ${kindOfFile(status)}, which can be read only once.`, {
      advice:
        "Write its output to a file and give that file instead: zcat x.csv.gz > x.csv (a .csv.gz file can be read directly).",
    });
  }
  return status;
}

/** Returns a pattern for the tables in a folder or below it, with the extension of the first table found. */
async function patternToFindFiles(path: string): Promise<string> {
  const folder = path.replace(/\/+$/, "");
  for await (const { level, files } of filesBelowFolder(path)) {
    const extensions = files.map((file) => /\.(csv|tsv|txt|parquet|json|jsonl|zip|xlsx)(\.gz)?$/i.exec(file.path)?.[0]);
    const extension = extensions.find((found) => found !== undefined);
    if (extension !== undefined) return `${folder}/${level === 0 ? "" : "**/"}*${extension}`;
  }
  return `${folder}/*.csv`;
}
