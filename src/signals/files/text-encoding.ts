// Rewrites UTF-16 text, Windows-1252 text, and JSON with a byte-order mark, as plain UTF-8. Text in other encodings is
// rejected.

import { isUtf8 } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../../errors.ts";

const lineFeed = 10;

/**
 * Rejects text that is not UTF-8; if the first line were not UTF-8, DuckDB would skip it and read the names from the second
 * line.
 */
export function refuseOtherEncodings(path: string, head: Uint8Array): void {
  let [line, start] = [1, 0];
  for (let end = head.indexOf(lineFeed); end >= 0; end = head.indexOf(lineFeed, start)) {
    if (!isUtf8(head.subarray(start, end)))
      throw new UserError(`${path}: line ${line} is not UTF-8 text.`, { advice: "Save the file in UTF-8." });
    line++;
    start = end + 1;
  }
}

const letters = /^[\t\r -~\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]*$/;
/** Matches texts of Latin letters, and of the signs for degrees, squares, cubes, micro and multiplication. */
const lettersAndUnits = /^[\t\r -~\u00b0\u00b2\u00b3\u00b5\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]*$/;

/**
 * Whether non-UTF-8 text is Windows-1252 as written by spreadsheet programs: every non-ASCII byte is a letter, or a unit symbol
 * in a line with letters. Other non-ASCII bytes are more likely damage, such as a digit with one wrong bit.
 */
export function isWindows1252Encoding(head: Uint8Array): boolean {
  if (isUtf8(head.subarray(0, head.lastIndexOf(lineFeed) + 1))) return false;
  return new TextDecoder("latin1")
    .decode(head)
    .split("\n")
    .every((line) => (/[A-Za-z]/.test(line) ? lettersAndUnits : letters).test(line));
}

/**
 * Returns the encoding of UTF-16 text and of JSON with a byte-order mark, which DuckDB cannot read unchanged; undefined for all
 * other text.
 */
export function textEncoding(head: Uint8Array): "utf-16le" | "utf-16be" | "utf-8" | undefined {
  return utf16Encoding(head) ?? encodingOfMarkedJson(head);
}

/**
 * Returns the encoding of UTF-16 text; undefined for other text. UTF-16 is recognised by its byte-order mark. Without one, it
 * is recognised if most of the odd or most of the even bytes are zero, but hardly any of the others, as in Latin text.
 */
function utf16Encoding(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  let [even, odd] = [0, 0];
  for (let i = 0; i < Math.min(4096, head.length); i++) if (head[i] === 0) i % 2 === 0 ? even++ : odd++;
  const length = Math.min(4096, head.length);
  if (Math.max(even, odd) <= length / 4 || Math.min(even, odd) >= length / 100) return undefined;
  return even > odd ? "utf-16be" : "utf-16le";
}

/** Returns the encoding of JSON with a byte-order mark, which DuckDB would read as part of the JSON text. */
function encodingOfMarkedJson(head: Uint8Array): "utf-8" | undefined {
  return head[0] === 0xef && /^\s*[[{]/.test(new TextDecoder("utf-8").decode(head.subarray(0, 100)))
    ? "utf-8"
    : undefined;
}

/** Writes the text as UTF-8 without a byte-order mark. */
export async function writeInUtf8Encoding(path: string, out: string, encoding: string): Promise<void> {
  const decoder = new TextDecoder(encoding);
  const input = createReadStream(path);
  await pipeline(
    /\.gz$/i.test(path) ? input.pipe(createGunzip()) : input,
    async function* (parts: AsyncIterable<Uint8Array>) {
      for await (const part of parts) yield decoder.decode(part, { stream: true });
      yield decoder.decode();
    },
    createWriteStream(out),
  );
}
