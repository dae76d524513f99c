// Reads a part of a file.

import { open } from "node:fs/promises";
import { explainSystemErrorOnRead } from "../../system-error.ts";

/** Reads at most `length` bytes, fewer at the end of the file. @throws UserError if the file cannot be read */
export async function fileBytes(path: string, from: number, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, from).finally(() => file.close());
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw explainSystemErrorOnRead(error, path);
  }
}
