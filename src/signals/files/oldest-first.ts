// Reverses tables whose rows run from newest to oldest, as exported by apps and databases that show the latest value at the
// top. Such tables state dates. An elapsed time that runs backwards is left alone, because it is a clock fault.

import { stat } from "node:fs/promises";
import type { SourceFile } from "./find-files.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { type Separator, splitLineByLayout } from "./text-layout.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

/** Minimum number of rows for inferring the order. */
const fewestRows = 20;

/** Minimum number to be read as a time since 1970. In seconds, the largest unit, it is a date in July 1998. */
const leastSince1970 = 9e8;

/** Maximum size, in bytes, of a table that is reversed in memory. */
const largestTable = 2 ** 28;

/**
 * @param file uncompressed plain text that begins with a line of names
 * @param lines the first lines
 * @param table.time position of the time column; -1 if there is none
 * @returns the file itself if its first rows do not run backwards
 */
export async function oldestFirst(
  file: SourceFile,
  [, ...lines]: readonly string[],
  { separator, time }: { readonly separator: Separator; readonly time: number },
  { scratch, warn }: Pick<NamingOptions, "scratch" | "warn">,
): Promise<SourceFile> {
  const stored = file.stored ?? file.path;
  if (time < 0 || lines.some((line) => line.split('"').length % 2 === 0)) return file;
  const times = lines.map((line) => splitLineByLayout(line, separator)[time] ?? "").filter((text) => text !== "");
  if (!isNewestFirst(times) || (await stat(stored)).size > largestTable) return file;
  const [names, rows]: [string[], string[]] = [[], []];
  for await (const line of linesOfText(stored)) (names.length === 0 ? names : rows).push(line);
  const out = scratch.file("oldest-first.csv");
  await writeTextLines(oldestFirstLines(names, rows), out);
  warn(`${file.path}: the rows run from newest to oldest, so they are read in reverse order.`);
  return { ...file, stored: out, lineOffset: null };
}

async function* oldestFirstLines(names: readonly string[], rows: readonly string[]): AsyncGenerator<string> {
  yield* names;
  for (const row of rows.toReversed()) if (row.trim() !== "") yield row;
}

/**
 * Whether times never increase: compares times since 1970 by value, and dates and times as text, which is enough within a day.
 */
function isNewestFirst(times: readonly string[]): boolean {
  if (times.length < fewestRows) return false;
  const numbers = times.map(Number);
  const isNumeric = numbers.every(Number.isFinite);
  if (isNumeric && Math.min(...numbers) < leastSince1970) return false;
  let earlier = 0;
  for (let i = 1; i < times.length; i++) {
    const [before, at] = isNumeric ? [numbers[i - 1]!, numbers[i]!] : [times[i - 1]!, times[i]!];
    if (at > before) return false;
    if (at < before) earlier++;
  }
  return 2 * earlier > times.length || (earlier > 0 && times.length > 4 * fewestRows);
}
