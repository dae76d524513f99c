// Reads JSON files and checks their form, and appends to files with one JSON value per line. A JSON lines file is flushed after
// each line; an incomplete last line is ignored, and is removed before the next line is added.

import { open } from "node:fs/promises";
import type { z } from "zod";
import { UserError } from "../errors.ts";
import { readTextFile } from "./read-text-file.ts";
import { refuseLaterSchemaVersion } from "./schema-version.ts";

/** Maximum number of faults in one message. */
const mostFaults = 20;

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

/** The values of a file written by `appendJsonLine`; empty if there is no file. An incomplete last line is skipped. */
export async function readJsonFileLines(path: string): Promise<unknown[]> {
  const text = (await readTextFile(path)) ?? "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line, index) => parseJsonFile(line, `${path}, line ${index + 1}`));
}

/**
 * Reads a JSON file and checks it against its schema.
 * @throws UserError if the file is missing or invalid; the message names the file and up to 20 invalid fields
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const value = await readJson(path);
  refuseLaterSchemaVersion(value, path);
  return checkJsonFile(value, schema, path);
}

/** @throws UserError if there is no such file, or it cannot be read as JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  if (text === null) throw new UserError(`${path}: no such file`);
  return parseJsonFile(text, path);
}

/**
 * Checks a value against its schema.
 * @throws UserError if it is invalid; the message names the file and up to 20 invalid fields
 */
export function checkJsonFile<T>(value: unknown, schema: z.ZodType<T>, path: string): T {
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
