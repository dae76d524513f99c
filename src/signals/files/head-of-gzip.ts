// Unpacks the start of a gzip file. The whole file is unpacked, because DuckDB reads a truncated file without reporting an error.

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";

/**
 * @param name path in messages
 * @returns the first bytes of the unpacked file
 * @throws UserError if the file is damaged
 */
export async function headOfGzip(path: string, name: string, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const input = createReadStream(path);
  try {
    for await (const part of input.pipe(createGunzip()) as AsyncIterable<Uint8Array>) {
      if (bytes < length) parts.push(part);
      bytes += part.length;
    }
  } catch (cause) {
    throw new UserError(`${name}: this gzip file is cut off or damaged after ${counted(bytes, "unpacked byte")}.`, {
      advice: "Copy or export the file again.",
      cause,
    });
  } finally {
    input.destroy();
  }
  return Buffer.concat(parts).subarray(0, length);
}
