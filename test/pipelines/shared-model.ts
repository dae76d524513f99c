// Models for tests that need one and do not care how it was trained: made by the real command, once in a test run, by whoever
// asks first. Each test file gets a copy, which is its own to change.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { hasSystemErrorCode } from "../../src/system-error.ts";
import { simulateTiny, start, tinyWords } from "./tiny-run.ts";

const models = {
  "four people": { users: 4, words: ["--epochs", "1"] },
  "eight people": { users: 8, words: ["--reference-batches", "4"] },
} as const;

/** Puts r.parquet into the directory, and the model of it under the name that is given. */
export async function copySharedModel(which: keyof typeof models, directory: string, name: string): Promise<void> {
  const shared = join(inject("sharedModels"), which);
  if (!existsSync(shared)) await trainShared(which, shared);
  mkdirSync(join(directory, name, ".."), { recursive: true });
  cpSync(join(shared, "r.parquet"), join(directory, "r.parquet"));
  cpSync(join(shared, "model"), join(directory, name), { recursive: true });
}

/** Two files that ask at the same moment both train, and the first to finish is taken: nobody waits for a lock. */
async function trainShared(which: keyof typeof models, shared: string): Promise<void> {
  const { users, words } = models[which];
  const own = mkdtempSync(`${shared}-`);
  await simulateTiny(join(own, "r.parquet"), { users });
  const { exitCode, stderr } = await start(["train", "r.parquet", "--out", "model", ...tinyWords, ...words], own).ended;
  if (exitCode !== 0 || stderr !== "") throw new Error(`the shared model was not trained: ${exitCode}\n${stderr}`);
  try {
    renameSync(own, shared);
  } catch (error) {
    if (!hasSystemErrorCode(error, "ENOTEMPTY") && !hasSystemErrorCode(error, "EEXIST")) throw error;
    rmSync(own, { recursive: true });
  }
}
