// Reads text files that may come from an untrusted source. Errors name the file, and every read has a size limit.
import { readFile, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { kindOfFile } from "../kind-of-file.ts";
import { explainSystemErrorOnRead, hasSystemErrorCode } from "../system-error.ts";

/** Maximum size of a JSON file in bytes: far more than any model needs, but far less than the machine's memory. */
const largestText = 128 * 2 ** 20;

/**
 * The text of a file, or null if the file does not exist.
 * @throws UserError if it cannot be read, is not a file, or is too large
 */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    // A pipe would make the reader wait forever.
    if (!found.isFile()) throw new UserError(`${path}: expected a file, found ${kindOfFile(found)}`);
    if (found.size > largestText) throw textFileTooLarge(path, found.size, largestText);
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasSystemErrorCode(error, "ENOENT")) return null;
    throw explainSystemErrorOnRead(error, path);
  }
}

export function textFileTooLarge(path: string, size: number, limit: number): UserError {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return new UserError(`${path}: expected at most ${mebibytes(limit)}, found ${mebibytes(size)}`, {
    advice: "No model needs a file of this size. Restore the file from a copy of the model folder.",
  });
}
