// Leaves out what follows the rows of a text table: a last line that was cut off, as when a logger loses power; remarks such as
// "EOF" or "(2000 rows)"; and rows of separators that a spreadsheet wrote. Only the last bytes of the file are examined.

import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileBytes } from "./file-bytes.ts";
import type { SourceFile } from "./find-files.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { hasOpenQuote, type Separator, splitLineByLayout } from "./text-layout.ts";

const tailBytes = 2 ** 13;
/** Maximum number of lines below the rows. */
const mostLines = 5;
/** Minimum number of complete rows above these lines. */
const fewestRows = 3;

interface TailLine {
  readonly text: string;
  /** Position of the line in the file. */
  readonly at: number;
}

/**
 * @param file uncompressed text
 * @param table.width number of values per row
 * @returns the file itself if it ends with a complete row
 */
export async function withoutTextBelow(
  file: SourceFile,
  { separator, width }: { readonly separator: Separator; readonly width: number },
  { scratch, warn }: Pick<NamingOptions, "scratch" | "warn">,
): Promise<SourceFile> {
  const stored = file.stored ?? file.path;
  const { size } = await stat(stored);
  const from = Math.max(0, size - tailBytes);
  const bytes = Buffer.from(await fileBytes(stored, from, tailBytes));
  const lines = linesOfTail(bytes, from);
  const isCut = !/[\r\n]$/.test(bytes.subarray(-1).toString("latin1"));
  // A line end may belong to a quoted value.
  if ((isCut ? lines.slice(0, -1) : lines).some(({ text }) => hasOpenQuote(text))) return file;
  const above = lines
    .map(({ text }) => splitLineByLayout(text, separator))
    .filter(({ length }) => length === width)
    .slice(-fewestRows);
  const empty: TailLine[] = [];
  while (lines.length > 0 && splitLineByLayout(lines.at(-1)!.text, separator).every((value) => value === ""))
    empty.unshift(lines.pop()!);
  const below: TailLine[] = [];
  while (lines.length > 0 && below.length < mostLines) {
    const line = lines.at(-1)!;
    const isLastCut = isCut && below.length === 0 && empty.length === 0;
    const values = splitLineByLayout(line.text, separator);
    const isWhole = values.length >= width && !(isLastCut && hasOpenQuote(line.text));
    if (isWhole || !(isLastCut || isRemarkInTextBelow(values, above))) break;
    below.unshift(lines.pop()!);
  }
  const [first] = [...below, ...empty];
  const rows = lines.slice(-fewestRows);
  if (first === undefined || rows.length < fewestRows) return file;
  if (!rows.every(({ text }) => splitLineByLayout(text, separator).length === width)) return file;
  const out = scratch.file("rows.csv");
  await pipeline(createReadStream(stored, { end: first.at - 1 }), createWriteStream(out));
  if (below.length === 0) return { ...file, stored: out };
  const texts = below.map(({ text }) => JSON.stringify(text.trim().slice(0, 40))).join(", ");
  warn(
    isCut && !isRemarkInTextBelow(splitLineByLayout(below.at(-1)!.text, separator), above)
      ? `${file.path}: the last line is cut off, so it is left out: ${texts}.`
      : `${file.path}: the text below the table is left out: ${texts}.`,
  );
  return { ...file, stored: out };
}

const word = /^[^#]*[A-Za-z]{2}/;

/**
 * Whether a line is a single word or sentence that is not the beginning of a row above, or has a word in a column in which the
 * rows above have numbers.
 */
function isRemarkInTextBelow(values: readonly string[], above: readonly (readonly string[])[]): boolean {
  const [first] = values;
  if (values.length === 1) return word.test(first!) && !above.some((row) => row[0]!.startsWith(first!));
  const isNumber = (text: string): boolean => text !== "" && Number.isFinite(Number(text));
  return values.some((value, c) => word.test(value) && above.length > 0 && above.every((row) => isNumber(row[c]!)));
}

function linesOfTail(bytes: Buffer, from: number): TailLine[] {
  const lines: TailLine[] = [];
  let start = from === 0 ? 0 : bytes.indexOf(10) + 1;
  if (from > 0 && start === 0) return lines;
  while (start < bytes.length) {
    const end = bytes.indexOf(10, start);
    const text = bytes.toString("utf8", start, end < 0 ? bytes.length : end).replace(/\r$/, "");
    if (text.trim() !== "") lines.push({ text, at: from + start });
    if (end < 0) break;
    start = end + 1;
  }
  return lines;
}
