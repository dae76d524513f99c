// An extremely long line, such as after an unclosed quote, or millions of empty lines would keep DuckDB's sniffer busy for many
// seconds. Looking for such lines first takes almost no time.

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { fileBlocks } from "./file-bytes.ts";
import type { SourceFile } from "./find-files.ts";

/** DuckDB's limit on the length of a line, in bytes. */
const lineBytesLimit = 2_000_000;
/** Number of rows read by DuckDB's sniffer; a million empty lines among them delay it by more than a second. */
const sniffedRows = 20_480;
const emptyLinesLimit = 100_000;
/** Maximum number of bytes to search. Long lines beyond what the sniffer reads are found when the file is read. */
const scannedBytes = 16 * 2 ** 20;
const [lineFeed, carriageReturn] = [10, 13];

/**
 * @throws UserError if a local text file has a line of more than 2,000,000 bytes, or more than 100,000 empty lines, near its
 * top
 */
export async function refuseLongLines({ path, format, remote, stored = path }: SourceFile): Promise<void> {
  if (remote || format === "parquet") return;
  let [scanned, start, feeds, returns, filled] = [0, 0, 0, 0, 0];
  for await (const bytes of readBytesOfLines(stored)) {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte !== lineFeed && byte !== carriageReturn) continue;
      if (scanned + i - start > lineBytesLimit) throw longLineError(path, 1 + (feeds || returns));
      if (scanned + i > start) filled++;
      start = scanned + i + 1;
      if (byte === lineFeed) feeds++;
      else returns++;
      if (filled < sniffedRows && Math.max(feeds, returns) - filled > emptyLinesLimit)
        throw longEmptyLinesError(path, filled);
    }
    scanned += bytes.length;
    if (scanned - start > lineBytesLimit) throw longLineError(path, 1 + (feeds || returns));
    if (filled > 2 * sniffedRows || scanned >= scannedBytes) return;
  }
}

/** Treats a gzip file as ending where it is damaged; an error is reported when the file is read. */
async function* readBytesOfLines(path: string): AsyncGenerator<Uint8Array> {
  if (!/\.gz$/i.test(path)) {
    yield* fileBlocks(path, 2 ** 18);
    return;
  }
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  const gunzip = createGunzip();
  try {
    yield* file.on("error", (error) => gunzip.destroy(error)).pipe(gunzip);
  } catch {
    return;
  } finally {
    file.destroy();
  }
}

function longLineError(path: string, line: number): UserError {
  return new UserError(`${path}: line ${line} is longer than ${lineBytesLimit.toLocaleString("en")} bytes.`, {
    advice: "Check that the file has line breaks, and that every quote is closed.",
  });
}

function longEmptyLinesError(path: string, filled: number): UserError {
  return new UserError(
    `${path}: more than ${emptyLinesLimit.toLocaleString("en")} empty lines among the first ${counted(filled + 1, "line")} of text.`,
    { advice: "Export the file again, or remove its empty lines." },
  );
}
