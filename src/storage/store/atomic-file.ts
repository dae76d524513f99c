// Files that survive a crash. A file is replaced as a whole: it is written under a temporary name beside its target, flushed to
// the disk and renamed over the target, and then the directory is flushed. A reader sees the complete old or the complete new
// content. Files that grow line by line are appended to and flushed. An incomplete last line is not read, and is
// removed before the next line is added.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { z } from "zod";
import { UserError } from "../../errors.ts";
import { makeDirectories } from "../../make-directories.ts";
import { temporaryBeside } from "../../temporary-file.ts";
import { readTextFile } from "./read-text-file.ts";
import { refuseLaterSchemaVersion } from "./schema-version.ts";

/** Maximum number of faults in one message. */
const mostFaults = 20;

/** Atomically replaces or creates the file at `path` with `data`. Its directory must exist. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await replaceFileAtomic(path, async (temporary) => {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/**
 * Does the same as `writeFileAtomic`, for content that a callback itself writes to a path (a database, a copy). The callback
 * gets a temporary name in the target's directory; if it throws, nothing is left and the target keeps its content.
 */
export async function replaceFileAtomic(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await write(temporary);
    await flushFile(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushDirectory(dirname(path));
}

/**
 * Replaces the file in one step, for a caller that holds a lock and can write the file again. Nothing is flushed, so the old
 * content may reappear after a power cut. There is only one writer at a time, so the temporary file always has the same name,
 * and the next writer removes the file that a killed process left.
 */
export function replaceFileAtomicSync(path: string, data: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  // In somebody else's folder, this name may be a link to any file.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, data, { flag: "wx" });
  renameSync(temporary, path);
}

/** Appends `value` as one line of JSON to the file at `path`, creates the file if needed, and flushes it to the disk. */
export async function appendJsonLine(path: string, value: unknown): Promise<void> {
  const file = await open(path, "a+");
  try {
    await file.truncate(await endOfLastJsonLine(file));
    await file.writeFile(`${JSON.stringify(value)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The values of a file written by `appendJsonLine`; empty if there is no file. An incomplete last line is left out. */
export async function readJsonLines(path: string): Promise<unknown[]> {
  const text = (await readTextFile(path)) ?? "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line, index) => parseJsonFile(line, `${path}, line ${index + 1}`));
}

/**
 * Reads a JSON file and checks it against its schema. @throws UserError if it is invalid; the message names the file and
 * every invalid field
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const value = await readJson(path);
  refuseLaterSchemaVersion(value, path);
  return checkJsonForm(value, schema, path);
}

/** @throws UserError if there is no such file, or it cannot be read as JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  if (text === null) throw new UserError(`${path}: no such file`);
  return parseJsonFile(text, path);
}

/** Checks a value against its schema. @throws UserError if it is invalid; the message names the file and every invalid field */
export function checkJsonForm<T>(value: unknown, schema: z.ZodType<T>, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, mostFaults).map((issue) => {
    const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    return `${issue.path.join(".") || "(root)"}: ${message}`;
  });
  const more = result.error.issues.length - faults.length;
  if (more > 0) faults.push(`and ${more} more`);
  throw new UserError(`${path}: these fields are invalid:`, { details: faults });
}

/** The value as readable JSON: indented by two spaces, with a newline at the end. */
export function jsonFileText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

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
 * Makes a directory and its parents, and flushes them. Returns the first one that did not exist, or undefined if all of them
 * did.
 */
export async function makeFlushedDirectory(directory: string): Promise<string | undefined> {
  const first = await makeDirectories(directory);
  if (first !== undefined) await flushDirectory(dirname(first));
  return first;
}

function parseJsonFile(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${where}: expected JSON (${cause instanceof Error ? cause.message : cause})`, { cause });
  }
}

async function endOfLastJsonLine(file: Awaited<ReturnType<typeof open>>): Promise<number> {
  const { size } = await file.stat();
  const chunk = new Uint8Array(4096);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const { bytesRead } = await file.read(chunk, 0, end - start, start);
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
