// Unpacks a gzip file, because DuckDB reads a truncated file without reporting an error, and because text that needs repair is
// examined and rewritten as plain text.

import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";

/**
 * @param name path in messages
 * @param out path of the unpacked file
 * @throws UserError if the file is damaged
 */
export async function unpackGzip(path: string, name: string, out: string): Promise<void> {
  let bytes = 0;
  const count = new Transform({
    transform(part: Uint8Array, _, done) {
      bytes += part.length;
      done(null, part);
    },
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), count, createWriteStream(out));
  } catch (cause) {
    if (!isDamagedGzip(cause)) throw cause;
    throw new UserError(`${name}: this gzip file is cut off or damaged after ${counted(bytes, "unpacked byte")}.`, {
      advice: "Copy or export the file again.",
      cause,
    });
  }
}

function isDamagedGzip(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && String(cause.code).startsWith("Z_");
}
