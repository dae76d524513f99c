// Rewrites JSON files with unusual shapes before DuckDB reads them.

import { readFile, stat, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { SourceFile } from "./find-files.ts";
import { jsonWithLists, tableOfJsonShape } from "./json-shapes.ts";
import { refuseDeepJson } from "./refuse-deep-json.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

/** Maximum size, in bytes, of a document that is read as a whole. */
const largestDocument = 2 ** 26;
/**
 * A value with its type, as in MongoDB's Extended JSON ({"$numberDouble": "0.1"}, {"$date": "2024-05-04T10:00:00Z"}), Firestore
 * ({"doubleValue": 0.1}) and DynamoDB ({"N": "0.1"}, in which every value is text).
 */
const typedValue =
  /\{\s*"(?:(?:\$(?:numberDouble|numberInt|numberLong|numberDecimal|date|oid)|(?:double|integer|string|timestamp)Value)"\s*:\s*("[^"]*"|[-+\d.eE]+)|[NS]"\s*:\s*("[^"]*"))\s*\}/g;

/** Matches a document that begins with an object, or with a list of records of two or more plain values. */
const nestedDocument = /^\s*\{\s*"[^"]*"\s*:\s*(?:\{|\[\s*\{\s*"[^"]*"\s*:[^,{[]*,\s*"[^"]*"\s*:[^,{[]*\})/;
const answerOfPrometheus = /^\s*\{[^[]*"result"\s*:\s*\[\s*\{\s*"metric"/;

/**
 * Returns a file with plain values in place of objects that give a value's type, and with lists in place of objects that stand
 * for rows; returns the same file if it has neither.
 * @param head the start of the text
 */
export async function reshapeJson(file: SourceFile, head: string, scratch: ScratchFolder): Promise<SourceFile> {
  const stored = file.stored ?? file.path;
  if (head.match(typedValue) !== null) {
    const out = scratch.file("values.json");
    // A date may contain a number: {"$date": {"$numberLong": "1714816800000"}}.
    const plain = (part: string): string => part.replace(typedValue, "$1$2").replace(typedValue, "$1$2");
    const text = await jsonTextToReshape(file);
    const lines = async function* (): AsyncGenerator<string> {
      for await (const line of linesOfText(stored)) yield plain(line);
    };
    if (text === undefined) await writeTextLines(lines(), out);
    else await writeFile(out, plain(text));
    return reshapeJson({ ...file, stored: out }, "", scratch);
  }
  const beginning = head === "" ? await beginningOfJsonToReshape(stored) : head;
  if (!nestedDocument.test(beginning) && !answerOfPrometheus.test(beginning)) return file;
  const text = await jsonTextToReshape(file);
  const lists = text === undefined ? undefined : jsonWithLists(text);
  if (lists === undefined) return file;
  const out = scratch.file("lists.json");
  await writeFile(out, JSON.stringify(lists));
  return { ...file, stored: out };
}

/**
 * Returns a CSV file with the values from a document of lists, with a header line if the document has names; undefined for
 * other documents.
 */
export async function reshapeJsonLists(
  file: SourceFile,
  head: string,
  scratch: ScratchFolder,
): Promise<SourceFile | undefined> {
  const mayBe =
    /^\s*\[\s*(\[|[^[{\s])/.test(head) ||
    /"[\w-]+"\s*:\s*\[\s*\[/i.test(head) ||
    /^\s*\{\s*"[a-z]+"\s*:\s*\[/i.test(head);
  if (!mayBe) return undefined;
  const text = await jsonTextToReshape(file);
  const table = text === undefined ? undefined : tableOfJsonShape(text);
  if (table === undefined) return undefined;
  const cell = (value: unknown): string => {
    const written = value === null || value === undefined ? "" : String(value);
    return /[",\n\r]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
  };
  const out = scratch.file("lists.csv");
  const lines = [...(table.names === undefined ? [] : [table.names]), ...table.rows];
  await writeFile(out, `${lines.map((line) => line.map(cell).join(",")).join("\n")}\n`);
  return { ...file, stored: out, lineOffset: null };
}

async function beginningOfJsonToReshape(path: string): Promise<string> {
  for await (const line of linesOfText(path)) return line;
  return "";
}

/** Returns the text of a document; undefined if it is too large to be read as a whole. */
async function jsonTextToReshape(file: SourceFile): Promise<string | undefined> {
  const stored = file.stored ?? file.path;
  if ((await stat(stored)).size > largestDocument) return undefined;
  await refuseDeepJson(file.path, stored);
  const bytes = await readFile(stored);
  if (!/\.gz$/i.test(stored)) return bytes.toString("utf8").replace(/^\ufeff/, "");
  const unpacked = await promisify(gunzip)(bytes, { maxOutputLength: largestDocument }).catch(() => undefined);
  return unpacked?.toString("utf8").replace(/^\ufeff/, "");
}
