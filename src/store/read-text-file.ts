// Text files that may come from somebody else: an error names the file that cannot be read, and nothing is read without a limit.
import { readFile, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";

/** Bytes of the largest JSON file that is read: far more than any model needs, far less than the machine has. */
const largestText = 128 * 2 ** 20;

/** The text of a file, or null if there is none. @throws UserError if it cannot be read, is no file, or is too large */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    // A pipe would keep the reader waiting for ever.
    if (!found.isFile()) throw new UserError(`${path}: expected a file, found ${kindOf(found)}`);
    if (found.size > largestText) throw tooLarge(path, found.size, largestText);
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw explainReadFailure(error, path);
  }
}

/** What a reader is told instead of the system's own error; other errors as they are. */
export function explainReadFailure(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (error instanceof UserError || code === undefined) return error;
  const [reason, advice] = reasons[code] ?? [`cannot be read (${code})`, "Check the disk and the file, and try again."];
  return new UserError(`${path}: ${reason}`, { advice, cause: error });
}

export function tooLarge(path: string, size: number, limit: number): UserError {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return new UserError(`${path}: expected at most ${mebibytes(limit)}, found ${mebibytes(size)}`, {
    advice: "No model needs a file of this size. Restore the file from a copy of the model folder.",
  });
}

export function kindOf(found: { isDirectory(): boolean; isFIFO(): boolean }): string {
  return found.isDirectory() ? "a directory" : found.isFIFO() ? "a pipe" : "a device";
}

const denied: readonly [string, string] = [
  "permission denied",
  "Make it readable for the user who runs this command (ls -l shows whose it is).",
];
const reasons: Readonly<Record<string, readonly [string, string]>> = {
  EACCES: denied,
  EPERM: denied,
  ELOOP: ["its symbolic links lead in a circle", "Replace the link with the file itself."],
  ENOTDIR: ["a part of this path is a file, not a directory", "Check the path."],
  ENAMETOOLONG: ["the path is too long", "Choose a shorter one."],
  EISDIR: ["expected a file, found a directory", "Check the path."],
};

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : undefined;
}
