// Finds files with one value per row beside files of one axis each, such as y_train.txt and subject_train.txt, and the names of
// the codes in them.

import { basename, dirname } from "node:path";
import { listedNames } from "../../listed-names.ts";
import { type AxisFileSet, wordsOfAxisFile } from "./axis-files.ts";
import { namesOfCodesInText } from "./code-names.ts";
import { fileBytes } from "./file-bytes.ts";
import type { SourceFile } from "./find-files.ts";
import { linesOfText } from "./text-lines.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

/** How to reach the files beside others. */
export interface FilesBeside {
  /** Lists the files in a folder. */
  readonly listed: (folder: string) => Promise<readonly SourceFile[]>;
  readonly warn: (message: string) => void;
}

/** A file with one value per row. */
export interface ValueFile {
  readonly file: SourceFile;
  readonly above: number;
}

/**
 * Returns the folders with files that belong to a set: the set's own folder and, if the names of its files contain other words,
 * such as train, the folder above.
 */
export function foldersOfValuesBeside({ folder, rest }: AxisFileSet<SourceFile>): string[] {
  return rest === "" ? [folder] : [...new Set([folder, dirname(folder)])];
}

/** Words in the names of files with one value per row. */
const wordsOfValues: Readonly<Record<"activity" | "subject", RegExp>> = {
  activity: /^(y|labels?|activit(y|ies)|annotations?|targets?|class(es)?|gt)$/,
  subject: /^(subjects?|subj|participants?|users?|persons?|people|volunteers?|patients?|ids?)$/,
};
/** Whether a file is named like those with one value per row, or like activity_labels.txt. */
export function isNamedLikeValuesBeside(path: string): boolean {
  return wordsOfAxisFile(path).some((word) => Object.values(wordsOfValues).some((form) => form.test(word)));
}

/** Number of lines that must each hold a single value, and the form of lines that hold several. */
const searchedLines = 200;
const severalValues = /^[<{[]|[,;\t|]|\d\s+\S|\S\s+\d/;

/** Finds the file beside a set whose name has the same other words, such as y_train.txt beside total_acc_x_train.txt. */
export async function valuesBeside(
  set: AxisFileSet<SourceFile>,
  column: keyof typeof wordsOfValues,
  { listed, warn }: FilesBeside,
): Promise<ValueFile | undefined> {
  for (const folder of foldersOfValuesBeside(set)) {
    const found: ValueFile[] = [];
    for (const file of await listed(folder)) {
      const words = wordsOfAxisFile(file.path);
      const others = words.filter((word) => !wordsOfValues[column].test(word));
      if (others.length === words.length || others.join(" ") !== set.rest) continue;
      const above = await linesAboveValuesBeside(file, column);
      if (above !== undefined) found.push({ file, above });
    }
    if (found.length === 1) return found[0];
    if (found.length === 0) continue;
    const names = listedNames(found.map(({ file }) => basename(file.path)));
    warn(`${folder}: several files may hold the ${column} of each row, so none of them is read: ${names}.`);
    return undefined;
  }
  return undefined;
}

/** Returns the number of lines above the first value; undefined if the lines do not hold a single value each. */
async function linesAboveValuesBeside(
  { path, stored = path }: SourceFile,
  column: string,
): Promise<number | undefined> {
  let count = 0;
  let above = 0;
  for await (const line of linesOfText(stored)) {
    const value = line.replace(/^\ufeff/, "").trim();
    if (value === "") continue;
    if (severalValues.test(value)) return undefined;
    const isName = usualColumnOfRole([value], column === "activity" ? "label" : "group") !== null;
    if (count === 0 && isName && value.length > 1) above = 1;
    if (++count === searchedLines) break;
  }
  return count > above ? above : undefined;
}

/** Maximum size of a file with the names of codes; larger files hold the labels of rows. */
const mostBytesOfNames = 2 ** 16;

/** The names of codes, and the file that gives them. */
export interface NamesOfCodes {
  readonly path: string;
  readonly names: ReadonlyMap<string, string>;
}

/** Reads the names of codes from activity_labels.txt, in which each line holds a code and its name. */
export async function namesOfCodes(
  set: AxisFileSet<SourceFile>,
  { listed }: FilesBeside,
): Promise<NamesOfCodes | undefined> {
  for (const folder of [...foldersOfValuesBeside(set), dirname(dirname(set.folder))]) {
    for (const { path, stored = path } of await listed(folder)) {
      if (!wordsOfAxisFile(path).every((word) => wordsOfValues.activity.test(word) || word === "names")) continue;
      const bytes = await fileBytes(stored, 0, mostBytesOfNames + 1);
      if (bytes.length > mostBytesOfNames) continue;
      const names = namesOfCodesInText(Buffer.from(bytes).toString("utf8")) ?? [];
      const areNames = names.every(([code, name]) => /^\d+$/.test(code) && /\p{L}/u.test(name));
      if (areNames && names.length > 1) return { path, names: new Map(names) };
    }
  }
  return undefined;
}
