// Reads labels from files that have one label per row of a recording and no times, such as y_train.txt next to X_train.csv.

import { basename, dirname, resolve } from "node:path";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import { silent } from "../../reporter.ts";
import { type Database, duckdbIdentifier, duckdbLiteral, isColumnAmong } from "../files/duckdb.ts";
import { findFiles } from "../files/find-files.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { linesOfText, writeTextLines } from "../files/text-lines.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";

interface RowLabelFile {
  readonly path: string;
  /** Path of a CSV file with the labels, one per line below the column name. */
  readonly stored: string;
  readonly labels: number;
}

export interface RowLabels {
  /** Name of the label column. */
  readonly column: string;
  readonly files: readonly RowLabelFile[];
}

/** Number of lines at the top of a file that must each have a single value. */
const searchedLines = 200;
const fewestLabels = 20;

/**
 * Returns the labels if each file given by `--labels` has one value per line; otherwise undefined, because the labels have
 * times.
 * @param pattern path or pattern of the label files
 */
export async function readRowLabels(
  database: Database,
  pattern: string,
  scratch: ScratchFolder,
): Promise<RowLabels | undefined> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(pattern) || /\.(parquet|parq|pq|gz|zip|xlsx|xlsm|json)$/i.test(pattern))
    return undefined;
  const files: RowLabelFile[] = [];
  let column = "label";
  for (const { path, stored } of await findFiles(database, [pattern], silent)) {
    const labels: string[] = [];
    for await (const line of linesOfText(stored ?? path)) {
      const value = line.replace(/^\ufeff/, "").trim();
      if (labels.length < searchedLines && /^[<{[]|[,;\t|]|\d\s+\S|\S\s+\d/.test(value)) return undefined;
      labels.push(value.replace(/^"(.*)"$/, "$1"));
    }
    while (labels.at(-1) === "") labels.pop();
    const [name] = labels;
    if (name !== undefined && usualColumnOfRole([name], "label") !== null) column = labels.shift()!;
    if (labels.length < fewestLabels) return undefined;
    const out = scratch.file("labels.csv");
    await writeTextLines(
      (async function* () {
        yield "label";
        for (const label of labels) yield `"${label.replaceAll('"', '""')}"`;
      })(),
      out,
    );
    files.push({ path, stored: out, labels: labels.length });
  }
  return { column, files };
}

/** Matches words in file names that distinguish labels from recordings. */
const ofLabels = /^(y|labels?|activit(y|ies)|annotations?|targets?|class(es)?|gt)$/;
const ofRecordings = /^(x|data|acc|accel|accelerometer|gyro?|gyroscope|imu|signals?|raw|recordings?|sensors?)$/;

function wordsOfRowLabelFile(path: string, other: RegExp): string {
  const words = basename(path)
    .toLowerCase()
    .replace(/(\.[a-z]\w{0,7})+$/, "")
    .split(/[^a-z0-9]+/);
  return words.filter((word) => !other.test(word)).join(" ");
}

/** For each name of recordings, without words such as acc: the folders that contain recordings of that name. */
export type RecordingFolders = ReadonlyMap<string, ReadonlySet<string>>;

export function recordingFoldersForRowLabels(paths: readonly string[]): RecordingFolders {
  const byName = Map.groupBy(paths, (path) => wordsOfRowLabelFile(path, ofRecordings));
  return new Map([...byName].map(([name, own]) => [name, new Set(own.map((path) => dirname(resolve(path))))]));
}

/**
 * Returns the label files with the name of a recording. If some of them are in the recording's folder, or if several folders
 * contain recordings of that name, only those in the recording's folder are returned.
 */
function rowLabelFilesOfRecording(
  path: string,
  files: readonly RowLabelFile[],
  folders: RecordingFolders,
): RowLabelFile[] {
  const name = wordsOfRowLabelFile(path, ofRecordings);
  const own = files.filter((file) => wordsOfRowLabelFile(file.path, ofLabels) === name);
  const beside = own.filter((file) => dirname(resolve(file.path)) === dirname(resolve(path)));
  return beside.length > 0 || (folders.get(name)?.size ?? 0) > 1 ? beside : own;
}

/**
 * Adds a file's labels to its rows.
 * @param folders the folders of all recordings
 * @param alone whether there is only one file of recordings
 * @throws UserError unless exactly one file of labels belongs to the table and has as many labels as the table has rows, or if
 * the table has a column with the same name
 */
export async function withRowLabels(
  database: Database,
  path: string,
  schema: TableSchema,
  { labels: { column, files }, folders, alone }: { labels: RowLabels; folders: RecordingFolders; alone: boolean },
): Promise<TableSchema> {
  const [file, other] = alone && files.length === 1 ? files : rowLabelFilesOfRecording(path, files, folders);
  if (file === undefined || other !== undefined) {
    const names = listedNames(files.map(({ path: name }) => basename(name)));
    throw new UserError(
      `--labels: ${file === undefined ? "none" : "more than one"} of the files with one label per row, ${names}, belongs to ${path} by its name.`,
      {
        advice:
          "Name each file of labels like its recording, such as labels_07.txt for acc_07.csv, or put it next to its recording.",
      },
    );
  }
  if (isColumnAmong(schema.names, column)) {
    throw new UserError(`${path} has a column "${column}", and ${file.path} has labels of the same name.`, {
      advice: `Leave out --labels to use the column, or rename it.`,
    });
  }
  const [found] = await database.rows(`SELECT count(*) AS rows FROM ${schema.source(new Set(), null)}`);
  const rows = Number(found!.rows);
  if (rows !== file.labels) {
    throw new UserError(
      `${file.path} has one value per line, so it should hold one label per row, but it has ${counted(file.labels, "label")}, and ${path} has ${counted(rows, "row")}.`,
      { advice: "Give one label for each row, or labels with their times in columns label, start and end." },
    );
  }
  const source = `read_csv(${duckdbLiteral(file.stored)}, header=true, auto_detect=false, delim=',', quote='"', escape='"', columns={'label': 'VARCHAR'})`;
  return {
    ...schema,
    names: [...schema.names, column],
    types: new Map([...schema.types, [column, "VARCHAR"]]),
    source: (numbers, time) =>
      `(SELECT * FROM ${schema.source(new Set([...numbers].filter((name) => name !== column)), time)} POSITIONAL JOIN (SELECT label AS ${duckdbIdentifier(column)} FROM ${source}))`,
  };
}
