// Files in a model folder. The folder may come from an untrusted source, so names and links in it may point anywhere.
import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { UserError } from "../errors.ts";
import { kindOfFile } from "../kind-of-file.ts";
import { explainSystemErrorOnRead, hasSystemErrorCode } from "../system-error.ts";
import { isPlainPath } from "./plain-name.ts";
import { textFileTooLarge } from "./read-text-file.ts";

/** Maximum size of a file in bytes; Tidemark's networks are smaller than 2 MiB. */
export const largestFile: number = 256 * 2 ** 20;

/**
 * The path of a regular file inside `directory`; null if it does not exist or is a dangling link.
 * @throws UserError if its name or a link leads out of the directory, or if the file is not a regular file, or is too large
 *   or inaccessible
 */
export async function fileInside(directory: string, name: string, limit: number = largestFile): Promise<string | null> {
  const path = await pathInside(directory, name);
  if (path === null) return null;
  const found = await stat(path).catch((error: unknown) => {
    throw explainSystemErrorOnRead(error, path);
  });
  if (!found.isFile()) {
    throw new UserError(`${path}: expected a file, found ${kindOfFile(found)}`, {
      advice: "Restore the file from a copy of the model folder.",
    });
  }
  if (found.size > limit) throw textFileTooLarge(path, found.size, limit);
  return path;
}

/**
 * The content of a file inside `directory`.
 * @throws UserError under the same conditions as `fileInside`, or if the file cannot be read
 */
export async function readFileInside(directory: string, name: string, limit?: number): Promise<Buffer | null> {
  const path = await fileInside(directory, name, limit);
  if (path === null) return null;
  return readFile(path).catch((error: unknown) => {
    throw explainSystemErrorOnRead(error, path);
  });
}

/** The path of a file inside `directory` that must exist. */
export async function neededFileInside(directory: string, name: string): Promise<string> {
  const path = await fileInside(directory, name);
  if (path !== null) return path;
  throw new UserError(`${join(directory, name)}: no such file`, {
    advice: "Restore the file from a copy of the model folder, or train again.",
  });
}

/** Like `fileInside`, but also accepts directories, and does not check the size. */
export async function pathInside(directory: string, name: string): Promise<string | null> {
  const path = join(directory, name);
  if (!isPlainPath(name)) {
    throw new UserError(`model ${directory}: ${JSON.stringify(name)} is not the name of a file inside the folder`, {
      advice: "Tidemark did not write this folder. Do not use the folder unless you know who made it.",
    });
  }
  let [root, target]: string[] = [];
  try {
    [root, target] = [await realpath(directory), await realpath(path)];
  } catch (error) {
    if (hasSystemErrorCode(error, "ENOENT")) return null;
    throw explainSystemErrorOnRead(error, path);
  }
  if (target.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  throw new UserError(`${path} is a link that leads out of the model folder, to ${target}`, {
    advice:
      "If you know who made the folder, replace the link with the file itself (cp -L copies the targets of links).",
  });
}
