// Reads parts of a file.

import { open } from "node:fs/promises";
import { explainSystemErrorOnRead } from "../../system-error.ts";

/** Reads `length` bytes, or fewer at the end of the file. @throws UserError if the file cannot be read */
export async function fileBytes(path: string, from: number, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, from).finally(() => file.close());
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw explainSystemErrorOnRead(error, path);
  }
}

/**
 * Yields a file's bytes in blocks. All blocks share one buffer, which each new block overwrites: allocating a buffer for every
 * block of a large file would keep the garbage collector busy.
 * @param repeated number of bytes at the end of a block that are repeated at the start of the next
 * @throws UserError if the file cannot be read
 */
export async function* fileBlocks(path: string, blockBytes: number, repeated = 0): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(repeated + blockBytes);
  try {
    const file = await open(path, "r");
    try {
      for (let kept = 0; ; ) {
        const { bytesRead } = await file.read(buffer, kept, blockBytes);
        if (bytesRead === 0) return;
        const end = kept + bytesRead;
        yield buffer.subarray(0, end);
        kept = Math.min(end, repeated);
        buffer.copyWithin(0, end - kept, end);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainSystemErrorOnRead(error, path);
  }
}
