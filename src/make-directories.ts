import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "./errors.ts";

/**
 * Makes a directory with its parents; returns the first one that did not exist, undefined where all did. Node's own
 * recursive mkdir never ends where the system answers ENOENT though the parent is there, as Linux does under /proc.
 * @throws UserError where the system makes no directory in that place
 */
export async function makeDirectories(directory: string): Promise<string | undefined> {
  const path = resolve(directory);
  const parent = dirname(path);
  try {
    return (await make(path)) ? path : undefined;
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || parent === path) throw error;
  }
  const first = await makeDirectories(parent);
  try {
    const made = await make(path);
    return first ?? (made ? path : undefined);
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw cause;
    throw new UserError(`${path}: no directory can be made in ${parent}`, { advice: "Choose another place.", cause });
  }
}

/** Whether it was made; false where it was there. */
async function make(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await stat(path)).isDirectory()) return false;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
