// Joins files that each hold one axis of a sensor, with a window per row as in UCI HAR's Inertial Signals, or with a sample per
// row. Labels and people come from files beside them that have one value per row, such as y_train.txt and subject_train.txt.
// Only files without a time are joined here, by their rows.

import { basename, dirname } from "node:path";
import { counted } from "../../counted.ts";
import { DataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import { type AxisFileSet, axisFileSets } from "./axis-files.ts";
import { type AxisLayout, layoutOfAxisFiles, valuesOfAxisLayoutLine } from "./axis-layout.ts";
import { type Database, duckdbIdentifier, duckdbLiteral, duckdbPath } from "./duckdb.ts";
import type { SourceFile } from "./find-files.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { splitSideInWords } from "./split-sides.ts";
import { linesOfText } from "./text-lines.ts";
import { unzipEntry, type ZipEntry } from "./unzip.ts";
import {
  type FilesBeside,
  foldersOfValuesBeside,
  isNamedLikeValuesBeside,
  type NamesOfCodes,
  namesOfCodes,
  type ValueFile,
  valuesBeside,
} from "./values-beside.ts";

/** How to read files that hold one axis each, and the files beside them. */
export interface AxisFileOptions extends FilesBeside {
  /** Whether labels are given by the user, so that files of labels are not searched for. */
  readonly labelled: boolean;
  readonly scratch: ScratchFolder;
}

/** Approximate number of values per row group of the joined table. */
const groupValues = 2 ** 20;

/** @returns the joined tables, and the files that are not part of them */
export async function tablesOfAxisFiles(
  database: Database,
  files: readonly SourceFile[],
  options: AxisFileOptions,
): Promise<{ tables: SourceFile[]; others: readonly SourceFile[] }> {
  const tables: SourceFile[] = [];
  const taken = new Set<SourceFile>();
  const folders = new Set<string>();
  for (const set of axisFileSets(files.filter(({ remote, format }) => !remote && format === "csv"))) {
    const layout = await layoutOfAxisFiles(set);
    if (layout === undefined) continue;
    tables.push(await tableOfAxisFiles(database, set, layout, options));
    for (const file of set.sensors.flatMap((sensor) => sensor.files)) taken.add(file);
    for (const folder of foldersOfValuesBeside(set)) folders.add(folder);
  }
  const others = files.filter((file) => !taken.has(file));
  const beside = others.filter(({ path }) => folders.has(dirname(path)));
  if (beside.length > 0)
    options.warn(
      `These files are not read as recordings, because those beside them hold one axis each: ${listedNames(beside.map(({ path }) => basename(path)))}.`,
    );
  return { tables, others: others.filter((file) => !beside.includes(file)) };
}

/**
 * Reads the files in an archive that hold one axis each, with the labels and people beside them; the archive's other files are
 * not read.
 * @returns no tables if there are no such files
 */
export async function tablesOfAxisEntries(
  database: Database,
  archive: { readonly path: string; readonly stored: string; readonly entries: readonly ZipEntry[] },
  options: Omit<AxisFileOptions, "listed">,
): Promise<SourceFile[]> {
  const unzipped = new Map<string, SourceFile>();
  const all = archive.entries
    .filter(({ name }) => !/(^|\/)(__MACOSX\/|\.)/.test(name))
    .map((entry) => ({ path: `${archive.path}/${entry.name}`, entry }));
  const opened = async ({ path, entry }: { path: string; entry: ZipEntry }): Promise<SourceFile> => {
    const known = unzipped.get(path);
    if (known !== undefined) return known;
    const stored = options.scratch.file(basename(entry.name));
    await unzipEntry(archive.stored, entry, stored);
    const file = { path, remote: false, format: "csv", stored } as const;
    unzipped.set(path, file);
    return file;
  };
  const files: SourceFile[] = [];
  for (const { sensors } of axisFileSets(all))
    for (const file of sensors.flatMap((sensor) => sensor.files)) files.push(await opened(file));
  const listed = async (folder: string): Promise<SourceFile[]> => {
    const inFolder = all.filter(({ path }) => dirname(path) === folder && isNamedLikeValuesBeside(path));
    return Promise.all(inFolder.map(opened));
  };
  const { tables } = await tablesOfAxisFiles(database, files, { ...options, listed });
  if (tables.length > 0)
    options.warn(`${archive.path}: of the files in this archive, only those with one axis of a sensor each are read.`);
  return tables;
}

async function tableOfAxisFiles(
  database: Database,
  set: AxisFileSet<SourceFile>,
  layout: AxisLayout,
  options: AxisFileOptions,
): Promise<SourceFile> {
  const files = set.sensors.flatMap(({ name, files: axes }) =>
    axes.map((file, i) => ({ file, column: `${name}_${"xyz"[i]}` })),
  );
  const first = files[0]!.file;
  const activity = options.labelled ? undefined : await valuesBeside(set, "activity", options);
  const subject = await valuesBeside(set, "subject", options);
  const codes = activity === undefined ? undefined : await namesOfCodes(set, options);
  const named = codes === undefined ? "" : `, named as in ${basename(codes.path)}`;
  const texts = [
    { value: activity, column: "activity", from: "with labels from", more: named, codes },
    { value: subject, column: "subject", from: "with people from", more: "", codes: undefined },
  ].flatMap(({ value, ...own }) => (value === undefined ? [] : [{ ...own, value, file: value.file }]));
  const parts = [
    ...texts.map(({ value, column, codes: names }) => valuesOfFile(value, column, names)),
    ...files.map(({ file, column }) => numbersOfAxisFile(file, column, layout)),
  ];
  const side = splitSideInWords([...set.rest.split(" "), ...set.folder.split(/[/\\]/).slice(-2)]);
  const split = side === undefined ? "" : `, ${duckdbLiteral(side)} AS split`;
  const out = options.scratch.file("axes.parquet");
  const group = Math.max(2048, Math.floor(groupValues / (layout.width * files.length)));
  await database.rows(
    `COPY (SELECT *${split} FROM ${parts.join(" POSITIONAL JOIN ")}) TO ${duckdbLiteral(out)} (FORMAT parquet, ROW_GROUP_SIZE ${group})`,
  );
  await refuseFaultyAxisRows(database, out, [...files, ...texts.map((text) => ({ ...text, isText: true }))], layout);
  const beside = texts.map(({ from, file, more }) => `${from} ${basename(file.path)}${more}`);
  if (side !== undefined) beside.push(`with "${side}" in a column called split`);
  options.warn(
    `${[`${first.path} is read together with ${counted(files.length - 1, "other file")} of one axis each`, ...beside].join(", ")}.`,
  );
  return { ...first, format: "parquet", stored: out };
}

function linesOfTextFile({ path, stored = path, remote }: SourceFile, above: number): string {
  const options = `columns={'line': 'VARCHAR'}, auto_detect=false, header=false, delim=chr(31), quote='', escape='', skip=${above}`;
  return `(SELECT trim(line, chr(9) || chr(13) || chr(65279) || ' ,;') AS line FROM read_csv(${duckdbPath({ path, stored, remote })}, ${options}))`;
}

function numbersOfAxisFile(file: SourceFile, column: string, { width, above, numbered }: AxisLayout): string {
  const cells = `string_split_regex(line, '[\\s,;]+')${numbered ? "[2:]" : ""}`;
  const value = width === 1 ? `TRY_CAST(line AS DOUBLE)` : `TRY_CAST(${cells} AS DOUBLE[])`;
  return `(SELECT ${value} AS ${duckdbIdentifier(column)} FROM ${linesOfTextFile(file, above)} WHERE line <> '')`;
}

function valuesOfFile({ file, above }: ValueFile, column: string, codes: NamesOfCodes | undefined): string {
  const cases = [...(codes?.names ?? [])].map(
    ([code, name]) => `WHEN ${duckdbLiteral(code)} THEN ${duckdbLiteral(name)}`,
  );
  const value = cases.length === 0 ? "line" : `CASE line ${cases.join(" ")} ELSE line END`;
  return `(SELECT ${value} AS ${duckdbIdentifier(column)} FROM ${linesOfTextFile(file, above)} WHERE line <> '')`;
}

/** Rejects files of different lengths, and rows with a different number of values or with text. */
async function refuseFaultyAxisRows(
  database: Database,
  joined: string,
  columns: readonly { readonly file: SourceFile; readonly column: string; readonly isText?: boolean }[],
  { width, above }: AxisLayout,
): Promise<void> {
  const table = `(SELECT row_number() OVER () AS data_row, * FROM read_parquet(${duckdbLiteral(joined)}))`;
  const isFaulty = (column: string): string =>
    width === 1
      ? `${column} IS NULL`
      : `coalesce(len(${column}) <> ${width} OR list_aggregate(${column}, 'count') <> ${width}, true)`;
  const facts = columns.map(({ column, isText }, c) => {
    const name = duckdbIdentifier(column);
    // A shorter file has no value in the last rows.
    const last = width === 1 || isText ? `max(data_row) FILTER (${name} IS NOT NULL)` : `count(${name})`;
    const faulty = isText ? "NULL" : `min(data_row) FILTER (${isFaulty(name)})`;
    return `${last} AS rows${c}, ${faulty} AS faulty${c}`;
  });
  const [found] = await database.rows(`SELECT count(*) AS rows, ${facts.join(", ")} FROM ${table}`);
  const rows = Number(found!.rows);
  const short = columns.find((_, c) => Number(found![`rows${c}`]) < rows);
  if (short !== undefined) {
    const long = columns.find((_, c) => Number(found![`rows${c}`]) === rows)!;
    const own = Number(found![`rows${columns.indexOf(short)}`]);
    throw new UserError(
      `${short.file.path} has ${counted(own, "row")}, but ${long.file.path} has ${rows.toLocaleString("en")}; they should have the same number of rows.`,
      { advice: "Export the files again, or move those that do not belong together into another folder." },
    );
  }
  for (const [c, { file, isText }] of columns.entries()) {
    const faulty = found![`faulty${c}`];
    if (isText || faulty === null) continue;
    const row = Number(faulty);
    const line = await lineOfAxisRow(file, row + above);
    const values = valuesOfAxisLayoutLine(line);
    const bad = values.find((value) => Number.isNaN(Number(value)) && !/^[+-]?(nan|inf(inity)?)$/i.test(value));
    const [expected, other] =
      bad === undefined
        ? [counted(width, "value"), String(values.length)]
        : ["numbers", JSON.stringify(bad.slice(0, 60))];
    throw new DataFault({
      code: "schema",
      message: `${file.path}: row ${row}: expected ${expected}, found ${other}.`,
      advice: "Correct the row, or export the files again.",
      file: file.path,
      row,
      expected,
      found: other,
    });
  }
}

async function lineOfAxisRow({ path, stored = path }: SourceFile, row: number): Promise<string> {
  let count = 0;
  for await (const line of linesOfText(stored)) {
    if (line.trim() !== "") count++;
    if (count === row) return line;
  }
  return "";
}
