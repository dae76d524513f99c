import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectories } from "../make-directories.ts";

/**
 * Flushes the entries of a directory, so that a rename in it survives a power cut. Does nothing on Windows, which has no such
 * call.
 */
export async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  await flushFile(directory);
}

/** Flushes everything that any process has written to a file. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Creates a directory and its parents, and flushes the directory in which the first new one was created. Returns the first
 * directory that did not exist, or undefined if all of them existed.
 */
export async function createAndFlushDirectory(directory: string): Promise<string | undefined> {
  const first = await makeDirectories(directory);
  if (first !== undefined) await flushDirectory(dirname(first));
  return first;
}
