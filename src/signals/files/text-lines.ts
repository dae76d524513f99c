// Reads and writes the lines of a text file.

import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

const blockLength = 2 ** 16;

/** The lines of a text file or a gzipped text file, without their ends. */
export function linesOfText(path: string): AsyncIterable<string> {
  const input = createReadStream(path);
  return createInterface({
    input: /\.gz$/i.test(path) ? input.pipe(createGunzip()) : input,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}

/** Ends each line with a line feed. */
export async function writeLines(lines: AsyncIterable<string>, path: string): Promise<void> {
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
