// Files of a model folder. The folder may come from anybody, so a name or a link in it may point anywhere.
import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { UserError } from "../../errors.ts";
import { kindOfFile } from "../../kind-of-file.ts";
import { explainReadFailure, hasCode } from "../../system-error.ts";
import { isPathInside } from "./plain-name.ts";
import { tooLarge } from "./read-text-file.ts";

/** Bytes of the largest file that is opened: the networks of this program have less than 2 MiB. */
export const largestFile: number = 256 * 2 ** 20;

/**
 * The path of a regular file inside `directory`; null if there is none, or a link that leads nowhere.
 * @throws UserError if its name or a link leads out of the directory, it is not a regular file, it is too large, or it cannot be
 *   looked at
 */
export async function fileInside(directory: string, name: string, limit: number = largestFile): Promise<string | null> {
  const path = await pathInside(directory, name);
  if (path === null) return null;
  const found = await stat(path).catch((error: unknown) => {
    throw explainReadFailure(error, path);
  });
  if (!found.isFile()) {
    throw new UserError(`${path}: expected a file, found ${kindOfFile(found)}`, {
      advice: "Restore the file from a copy of the model folder.",
    });
  }
  if (found.size > limit) throw tooLarge(path, found.size, limit);
  return path;
}

/** Its content. @throws UserError as `fileInside`, or if it cannot be read */
export async function readFileInside(directory: string, name: string, limit?: number): Promise<Buffer | null> {
  const path = await fileInside(directory, name, limit);
  if (path === null) return null;
  return readFile(path).catch((error: unknown) => {
    throw explainReadFailure(error, path);
  });
}

/** The same of a file that has to be there. */
export async function neededFile(directory: string, name: string): Promise<string> {
  const path = await fileInside(directory, name);
  if (path !== null) return path;
  throw new UserError(`${join(directory, name)}: no such file`, {
    advice: "Restore the file from a copy of the model folder, or train again.",
  });
}

/** The path of anything inside `directory`, directories too; null and errors as of a file. */
export async function pathInside(directory: string, name: string): Promise<string | null> {
  const path = join(directory, name);
  if (!isPathInside(name)) {
    throw new UserError(`model ${directory}: ${JSON.stringify(name)} is no name of a file inside a folder`, {
      advice: "This folder was not written by Tidemark. Do not use it unless you know who made it.",
    });
  }
  let [root, target]: string[] = [];
  try {
    [root, target] = [await realpath(directory), await realpath(path)];
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw explainReadFailure(error, path);
  }
  if (target.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  throw new UserError(`${path}: is a link that leads out of the model folder, to ${target}`, {
    advice: "Put the file itself in its place (cp -L copies what links lead to), if you know who made the folder.",
  });
}
