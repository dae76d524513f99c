import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "./errors.ts";
import { hasSystemErrorCode } from "./system-error.ts";

/**
 * Creates a directory and its parents. Returns the first directory that did not exist, or undefined if all of them existed.
 * Node's own recursive mkdir loops forever if the system returns ENOENT although the parent exists, as Linux does under /proc.
 * @throws UserError if the parent exists but the system still returns ENOENT, or if the path is a dangling symbolic link
 */
export async function makeDirectories(directory: string): Promise<string | undefined> {
  const path = resolve(directory);
  const parent = dirname(path);
  try {
    return (await makeOneDirectory(path)) ? path : undefined;
  } catch (error) {
    if (!hasSystemErrorCode(error, "ENOENT") || parent === path) throw error;
  }
  const first = await makeDirectories(parent);
  try {
    const made = await makeOneDirectory(path);
    return first ?? (made ? path : undefined);
  } catch (cause) {
    if (!hasSystemErrorCode(cause, "ENOENT")) throw cause;
    throw new UserError(`${path}: cannot make a directory in ${parent}`, { advice: "Choose another place.", cause });
  }
}

/** Removes those directories created by `makeDirectories` that are still empty; `firstMade` is the value that it returned. */
export async function removeDirectories(directory: string, firstMade: string | undefined): Promise<void> {
  if (firstMade === undefined) return;
  try {
    for (let path = resolve(directory); path.startsWith(firstMade); path = dirname(path)) await rmdir(path);
  } catch (error) {
    if (!hasSystemErrorCode(error, "ENOTEMPTY") && !hasSystemErrorCode(error, "ENOENT")) throw error;
  }
}

/** Returns true if it created the directory, and false if the directory already existed. */
async function makeOneDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (hasSystemErrorCode(error, "EEXIST") && (await isDirectoryAlreadyMade(path))) return false;
    throw error;
  }
}

/** @throws UserError if the path is a symbolic link that dangles or is part of a loop */
async function isDirectoryAlreadyMade(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if (!hasSystemErrorCode(cause, "ENOENT") && !hasSystemErrorCode(cause, "ELOOP")) throw cause;
    throw new UserError(`${path}: expected a directory, found a symbolic link that leads nowhere`, {
      advice: "Remove the link, or choose another place.",
      cause,
    });
  }
}
