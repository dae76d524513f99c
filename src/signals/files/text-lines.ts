// Reads and writes the lines of a text file.

import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

const blockLength = 2 ** 16;

/** Yields the lines of a plain or gzipped text file, without their line endings. */
export function linesOfText(path: string): AsyncIterable<string> {
  const input = createReadStream(path);
  return createInterface({
    input: /\.gz$/i.test(path) ? input.pipe(createGunzip()) : input,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}

/** Writes lines, each ending in a line feed. */
export async function writeTextLines(lines: AsyncIterable<string>, path: string): Promise<void> {
  await pipeline(async function* () {
    let block = "";
    for await (const line of lines) {
      block += `${line}\n`;
      if (block.length < blockLength) continue;
      yield block;
      block = "";
    }
    yield block;
  }, createWriteStream(path));
}

/** Copies text, ending every line with a line feed. @returns the number of empty lines at the top, which are dropped */
export async function copyTextLines(path: string, out: string): Promise<number> {
  let dropped = 0;
  let first = true;
  const filled = async function* (): AsyncGenerator<string> {
    for await (const line of linesOfText(path)) {
      if (first && line === "") dropped++;
      else yield line;
      first &&= line === "";
    }
  };
  await writeTextLines(filled(), out);
  return dropped;
}

/** Whether a line is empty or a comment. */
export function isBlankLine(line: string): boolean {
  return line.trim() === "" || line.startsWith("#");
}
