// Where a training run lives until its model is whole: `<out>.partial/` beside the folder it will become. It holds the
// checkpoints, the history and `run.json` (what a resumed run has to agree with), and is locked by one process. Without
// run.json it holds nothing worth keeping and goes away with the process.
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { hasCode, jsonText, makeDirectory, readJsonFile, writeFileAtomic } from "./atomic-file.ts";
import { exists } from "./exists.ts";
import { acquireLock } from "./lock.ts";

export interface Staging {
  /** The model folder this run will become. */
  readonly out: string;
  /** `<out>.partial`, existing. */
  readonly directory: string;
  /** What the interrupted run had saved with `saveState`; null in a fresh run. */
  readonly state: unknown;
  path(name: string): string;
  /** Writes run.json: from now on the run can be resumed. */
  saveState(state: unknown): Promise<void>;
  /** Gives the lock back; a run without saved state is removed, with the parent directories that it made. */
  release(): Promise<void>;
  /** Removes everything, as after the model folder was written. */
  discard(): Promise<void>;
}

const stateFile = "run.json";

/** The staging directory of a model folder. */
export function stagingDirectory(out: string): string {
  return `${resolve(out)}.partial`;
}

/** Throws a UserError where a model cannot be written to `out`: it must not exist, or be an empty directory. */
export async function checkOut(out: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(out);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return refuseFile(out);
    throw error;
  }
  if (entries.includes("manifest.json")) {
    throw new UserError(`--out ${out} holds another model already; a model is never written over`, {
      advice: `Choose another name, or remove it first: rm -r ${out}`,
    });
  }
  if (entries.length > 0) {
    throw new UserError(`--out ${out}: expected a directory that is new or empty, found ${describe(entries)} in it`, {
      advice: "Choose another name, or empty the directory.",
    });
  }
}

/**
 * Makes or reopens the staging directory of `out` and locks it.
 *
 * Without `resume` a run that could be resumed is not thrown away but refused; with it there must be one. Another living
 * process in the directory is refused, a dead one's lock is taken over. All of these are UserErrors with advice.
 */
export async function openStaging(out: string, { resume }: { resume: boolean }): Promise<Staging> {
  await checkOut(out);
  const directory = stagingDirectory(out);
  if (resume && !(await exists(directory))) {
    throw new UserError(`--resume: no interrupted run of ${out} (no ${out}.partial)`, {
      advice: "Check --out, or leave --resume out to start a new run.",
    });
  }
  const made = await makeDirectory(directory);
  const lock = await acquireLock(directory);
  if (!lock.held) {
    throw new UserError(`${out} is being trained by ${lock.holder}`, {
      advice: `Wait for it, or choose another --out. If that process is gone, remove ${lock.flag}`,
    });
  }
  try {
    await checkOut(out);
    const path = (name: string): string => join(directory, name);
    const resumable = await exists(path(stateFile));
    if (resumable && !resume) {
      throw new UserError(`an interrupted run of ${out} can be resumed (${out}.partial)`, {
        advice: `Add --resume to go on with it, or remove it to start again: rm -r ${out}.partial`,
      });
    }
    if (!resumable) await clear(directory);
    const discard = async (): Promise<void> => rm(directory, { recursive: true, force: true });
    return {
      out,
      directory,
      state: resumable ? await readJsonFile(path(stateFile), z.unknown()) : null,
      path,
      saveState: (state) => writeFileAtomic(path(stateFile), jsonText(state)),
      release: async () => {
        if (await exists(path(stateFile))) return lock.release();
        await discard();
        await removeEmptyParents(directory, made);
      },
      discard,
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** What an earlier process left without state; locks stay. */
async function clear(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith("lock-")) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function removeEmptyParents(directory: string, firstMade: string | undefined): Promise<void> {
  if (firstMade === undefined) return;
  try {
    for (let parent = dirname(directory); parent.startsWith(firstMade); parent = dirname(parent)) await rmdir(parent);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "ENOENT")) throw error;
  }
}

/** What exists of the path must be a directory. */
async function refuseFile(out: string): Promise<void> {
  for (let path = resolve(out); ; path = dirname(path)) {
    try {
      if ((await stat(path)).isDirectory()) return;
      const found = path === resolve(out) ? "found a file" : `but ${path} is a file`;
      throw new UserError(`--out ${out}: expected a directory that does not exist yet, ${found}`, {
        advice: "Choose another name.",
      });
    } catch (error) {
      if (!hasCode(error, "ENOENT") && !hasCode(error, "ENOTDIR")) throw error;
    }
  }
}

function describe(entries: readonly string[]): string {
  const shown = entries.slice(0, 3).join(", ");
  return entries.length > 3 ? `${shown} and ${entries.length - 3} more` : shown;
}
