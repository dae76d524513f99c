// Where a training run lives until its model is whole: `<out>.partial/` beside the folder it will become. It holds the
// checkpoints, the history and `run.json` (what a resumed run has to agree with), and is locked by one process. Without
// run.json it holds nothing worth keeping and goes away with the process.
import { lstat, readdir, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { removeDirectories } from "../../make-directories.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { hasCode } from "../../system-error.ts";
import { jsonText, makeDirectory, readJsonFile, writeFileAtomic } from "./atomic-file.ts";
import { checkOut, tryOut } from "./check-out.ts";
import { exists } from "./exists.ts";
import { acquireLock, isLockFlag } from "./lock.ts";

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

/** The same as the user would name it. */
export function shownStaging(out: string): string {
  const directory = stagingDirectory(out);
  return isAbsolute(out) ? directory : relative("", directory);
}

/** The command that removes it. */
export function removeStaging(out: string): string {
  return shellCommand("rm", "-r", shellPath(shownStaging(out)));
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
  await refuseLink(out);
  if (resume && !(await exists(directory))) {
    throw new UserError(`--resume: no interrupted run of ${out} (no ${shownStaging(out)})`, {
      advice: "Check --out, or leave --resume out to start a new run.",
    });
  }
  const made = await makeDirectory(directory);
  const lock = await acquireLock(directory);
  if (!lock.held) {
    throw new UserError(`${out} is being trained by ${lock.holder}`, {
      advice: `Wait for it, or choose another --out. Its lock is ${lock.flag}`,
    });
  }
  const path = (name: string): string => join(directory, name);
  const discard = async (): Promise<void> => rm(directory, { recursive: true, force: true });
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    const keep = await exists(path(stateFile));
    try {
      if (!keep) await discard();
    } finally {
      await lock.release();
    }
    if (!keep) await removeDirectories(dirname(directory), made);
  };
  try {
    await checkOut(out);
    const resumable = await exists(path(stateFile));
    if (resumable && !resume) {
      throw new UserError(`an interrupted run of ${out} can be resumed (${shownStaging(out)})`, {
        advice: `Add --resume to go on with it, or remove it to start again: ${removeStaging(out)}`,
      });
    }
    if (!resumable) await clear(directory);
    await tryOut(out, directory);
    return {
      out,
      directory,
      state: resumable ? await readJsonFile(path(stateFile), z.unknown()) : null,
      path,
      saveState: (state) => writeFileAtomic(path(stateFile), jsonText(state)),
      release,
      discard,
    };
  } catch (error) {
    // What hinders the removal is what the error is about.
    await release().catch(() => undefined);
    throw error;
  }
}

/** What a run without state leaves is cleared away, which must not happen where a link leads. */
async function refuseLink(out: string): Promise<void> {
  const found = await lstat(stagingDirectory(out)).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (!found?.isSymbolicLink()) return;
  throw new UserError(`${shownStaging(out)} is a symbolic link, and a training writes and deletes files in it`, {
    advice: "Remove the link, or choose another --out.",
  });
}

/** What an earlier process left without state; locks stay. */
async function clear(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!isLockFlag(directory, name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}
