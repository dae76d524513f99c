// Provides models for tests that need any trained model: the first test that needs a model trains it with the real command,
// once per test run. Each test file gets its own copy, which it may change.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { waitForLock } from "../../src/storage/lock.ts";
import { simulateTiny, start, tinyWords } from "./tiny-run.ts";

const models = {
  "four people": { users: 4, words: ["--epochs", "1"] },
  "eight people": { users: 8, words: ["--reference-batches", "4"] },
} as const;

/** Copies r.parquet and a model that was trained on it into the directory; the model gets the given name. */
export async function copySharedModel(which: keyof typeof models, directory: string, name: string): Promise<void> {
  const shared = join(inject("sharedModels"), which);
  if (!existsSync(shared)) await trainShared(which, shared);
  mkdirSync(join(directory, name, ".."), { recursive: true });
  cpSync(join(shared, "r.parquet"), join(directory, "r.parquet"));
  cpSync(join(shared, "model"), join(directory, name), { recursive: true });
}

/** If two test files need the model at the same time, one of them trains it and the other waits. */
async function trainShared(which: keyof typeof models, shared: string): Promise<void> {
  const { users, words } = models[which];
  const workshop = `${shared}, in the making`;
  mkdirSync(workshop, { recursive: true });
  const lock = await waitForLock(workshop, 280_000);
  if (!lock.held) throw new Error(`the shared model of ${which} is still being trained by ${lock.holder}`);
  try {
    if (existsSync(shared)) return;
    const own = mkdtempSync(join(workshop, "run-"));
    await simulateTiny(join(own, "r.parquet"), { users });
    const { exitCode, stderr } = await start(["train", "r.parquet", "--out", "model", ...tinyWords, ...words], own)
      .ended;
    if (exitCode !== 0 || stderr !== "") throw new Error(`the shared model was not trained: ${exitCode}\n${stderr}`);
    renameSync(own, shared);
  } finally {
    await lock.release();
  }
}
