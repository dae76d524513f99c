// Repairs text tables that were concatenated from several files or had text appended by a program: line endings that change
// within the file, repeated header lines (with or without a byte-order mark), blank lines between recordings, and comments
// between or below the rows. Unrepaired, they would make DuckDB infer the wrong number of columns, read only part of the file,
// or join recordings.

import { counted } from "../../counted.ts";
import { readBlankLines } from "./blank-lines.ts";
import { fileBlocks } from "./file-bytes.ts";
import type { SourceFile } from "./find-files.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { type Separator, splitLineByLayout } from "./text-layout.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

const byteOrderMark = "\ufeff";

interface Joints {
  /** Whether some lines end in CR LF and others in LF. */
  readonly mixedEnds: boolean;
  /** Number of repetitions of the header line. */
  readonly repeatedNames: number;
  /** Whether a line below the header begins with #. */
  readonly marks: boolean;
  /** Whether there are blank lines between rows. */
  readonly blanks: boolean;
}

/** Matches a comment, but not #N/A or other spreadsheet errors, which are values. */
const comment = /^#(?!N\/?A|VALUE!|REF!|NAME\?|DIV\/0!|NUM!|NULL!)/;

/**
 * Returns the file itself if there is nothing to repair. If the header line is repeated or a line is blank, and the clock
 * restarts there or there is no clock, the rows below become a separate table, called FILE/2 and so on.
 * @param file uncompressed plain text
 * @param header the header line
 * @param table.time position of the time column; -1 if there is none
 */
export async function separateJoinedText(
  file: SourceFile,
  header: string,
  { separator, time }: { readonly separator: Separator; readonly time: number },
  { scratch, warn }: Pick<NamingOptions, "scratch" | "warn">,
): Promise<SourceFile[]> {
  const stored = file.stored ?? file.path;
  const { mixedEnds, repeatedNames, marks, blanks } = await jointsOfText(stored, header);
  const timeOf = (line: string): string => (time < 0 ? "" : (splitLineByLayout(line, separator)[time] ?? ""));
  const continues = (line: string, above: string): boolean => continuesInJoinedText(timeOf(line), timeOf(above));
  const blankLines = blanks ? await readBlankLines(rowsOfJoinedText(stored, header), continues) : { separate: false };
  if (blankLines.warning !== undefined) warn(`${file.path}: ${blankLines.warning}.`);
  if (!mixedEnds && repeatedNames === 0 && !marks && !blankLines.separate) return [file];
  const rows = rowsOfJoinedText(stored, header, blankLines.separate);
  const tables: SourceFile[] = [];
  const lineOffset = repeatedNames > 0 || marks || blankLines.separate ? { lineOffset: null } : {};
  let comments = 0;
  let first = await rows.next();
  do {
    const out = scratch.file("joined.csv");
    const table = async function* (): AsyncGenerator<string> {
      yield header;
      for (let last = ""; first.done !== true; first = await rows.next()) {
        const { line, isFirst, isWithin } = first.value;
        if (!isWithin && comment.test(line)) {
          comments++;
          continue;
        }
        if (isFirst && last !== "" && !continues(line, last)) return;
        yield line;
        if (line.trim() !== "") last = line;
      }
    };
    await writeTextLines(table(), out);
    tables.push({ ...file, stored: out, ...lineOffset });
  } while (first.done !== true);
  if (comments > 0) warn(`${file.path}: lines that begin with # are left out (${counted(comments, "line")}).`);
  if (repeatedNames > 0) {
    const found = `${file.path}: the line of column names occurs ${repeatedNames + 1} times`;
    const read = `the rows are read as ${tables.length} recordings, because the clock restarts or there is no clock`;
    warn(tables.length === 1 ? `${found}. The rows are read one after another.` : `${found}; ${read}.`);
  } else if (tables.length > 1) {
    warn(
      `${file.path}: blank lines divide the rows, which are read as ${tables.length} recordings, because the clock restarts or there is no clock. If these are one recording, remove the blank lines.`,
    );
  }
  if (tables.length === 1) return tables;
  return tables.map((table, i) => ({ ...table, path: `${file.path}/${i + 1}`, within: file.path }));
}

interface RowLine {
  readonly line: string;
  /** Whether this is the first row below a header line or, if blank lines separate recordings, below a blank line. */
  readonly isFirst: boolean;
  /** Whether the line begins inside quotes, like the second line of a note. */
  readonly isWithin: boolean;
}

/** Yields the rows without the header lines. */
async function* rowsOfJoinedText(path: string, header: string, blankSeparates = false): AsyncGenerator<RowLine> {
  let [isFirst, isQuoted] = [false, false];
  for await (const text of linesOfText(path)) {
    const isWithin = isQuoted;
    const line = !isWithin && text.startsWith(byteOrderMark) ? text.slice(1) : text;
    if (isWithin || !comment.test(line)) isQuoted = isWithin !== (line.split('"').length % 2 === 0);
    if (isWithin) {
      yield { line, isFirst: false, isWithin };
      continue;
    }
    if (line === header) {
      isFirst = true;
      continue;
    }
    isFirst ||= blankSeparates && line.trim() === "";
    if (isFirst && (line.trim() === "" || comment.test(line))) continue;
    yield { line, isFirst, isWithin };
    isFirst = false;
  }
}

/**
 * Whether a time is not earlier than the one before; rows of two sensors may share a time. Compares numbers, or texts of equal
 * length, such as 2024-05-04 10:00:00.020.
 */
function continuesInJoinedText(time: string, before: string): boolean {
  const [a, b] = [time, before].map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  if (Number.isFinite(a) && Number.isFinite(b)) return a! >= b!;
  return time !== "" && time.length === before.length && time >= before;
}

async function jointsOfText(path: string, header: string): Promise<Joints> {
  const [names, mark] = [Buffer.from(header), Buffer.from("\n#")];
  let ends: "\n" | "\r\n" | undefined;
  let [mixedEnds, marks, blanks, linesOfNames] = [false, false, false, 0];
  let isBelowNames = false;
  // A match may continue in the next block, so the last bytes, which may contain the header line and the character before it,
  // are searched again with that block.
  const most = names.length + 6;
  let repeated = 0;
  for await (const bytes of fileBlocks(path, 2 ** 20, most)) {
    const before = repeated;
    const chunk = bytes.subarray(before);
    const isNew = (end: number): boolean => end > before;
    for (let at = bytes.indexOf(names); at >= 0; at = bytes.indexOf(names, at + 1)) {
      const end = at + names.length;
      const follows = bytes[end];
      if (!isNew(end + 1) || !(follows === 10 || follows === 13)) continue;
      const start = bytes[at - 1] === 0xbf && bytes[at - 2] === 0xbb ? at - 3 : at;
      if (start <= 0 || bytes[start - 1] === 10 || bytes[start - 1] === 13) linesOfNames++;
    }
    const from: number = isBelowNames ? 0 : bytes.indexOf(names);
    isBelowNames ||= from >= 0;
    marks ||= from >= 0 && bytes.indexOf(mark, from) >= 0;
    blanks ||= from >= 0 && hasBlankLineBetween(bytes, from);
    if (!mixedEnds) {
      ends ??= chunk.includes("\r\n") ? "\r\n" : chunk.includes("\n") ? "\n" : undefined;
      if (ends === "\n") mixedEnds = chunk.includes("\r\n");
      else if (ends === "\r\n") mixedEnds = /[^\r]\n/.test(chunk.toString("latin1"));
    }
    repeated = Math.min(bytes.length, most);
  }
  return { mixedEnds, repeatedNames: Math.max(0, linesOfNames - 1), marks, blanks };
}

/** Whether a line is empty and the next one is not, so that empty lines at the end do not count. */
function hasBlankLineBetween(bytes: Buffer, from: number): boolean {
  for (const blank of ["\n\n", "\n\r\n"]) {
    for (let at = bytes.indexOf(blank, from); at >= 0; at = bytes.indexOf(blank, at + 1)) {
      const next = bytes[at + blank.length];
      if (next !== undefined && next !== 10 && next !== 13) return true;
    }
  }
  return false;
}
