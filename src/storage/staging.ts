// The folder that a training run uses until its model is complete: `<out>.partial/`, next to the future model folder. The
// folder contains the checkpoints, the history and `run.json`, which a resumed run must match. Only one process at a time can
// lock it. Without run.json, nothing in the folder is worth keeping, and the process removes the folder when it ends.
import { lstat, readdir, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { removeDirectories } from "../make-directories.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { exists } from "./exists.ts";
import { createAndFlushDirectory } from "./flush.ts";
import { jsonFileText, readJsonFile } from "./json-file.ts";
import { acquireLock, isLockFlag } from "./lock.ts";
import { checkOutFolder, tryOutFolder } from "./out-folder.ts";

export interface Staging {
  /** The model folder that this run will produce. */
  readonly out: string;
  /** Path of `<out>.partial`, an existing folder. */
  readonly directory: string;
  /** The state that the interrupted run saved with `saveState`; null in a new run. */
  readonly state: unknown;
  path(name: string): string;
  /** Writes run.json, after which the run can be resumed. */
  saveState(state: unknown): Promise<void>;
  /**
   * Releases the lock. If no state was saved, it also removes the folder and the parent directories that the process created.
   */
  release(): Promise<void>;
  /** Removes everything; called when the model folder has been written. */
  discard(): Promise<void>;
}

const stateFile = "run.json";

/** The staging directory of a model folder. */
export function stagingDirectory(out: string): string {
  return `${resolve(out)}.partial`;
}

/** The path of the staging directory as the user would write it. */
export function shownStaging(out: string): string {
  const directory = stagingDirectory(out);
  return isAbsolute(out) ? directory : relative("", directory);
}

/** The command that removes the staging directory. */
export function removeStagingCommand(out: string): string {
  return shellCommand("rm", "-r", shellPath(shownStaging(out)));
}

/**
 * Creates or reopens the staging directory of `out` and locks it.
 *
 * Without `resume`, this function throws instead of removing a run that could be resumed. With `resume`, it throws if the
 * directory does not exist. It also throws if another running process is using the directory, but takes over a dead process's
 * lock. These errors are UserErrors with advice.
 */
export async function openStaging(out: string, { resume }: { resume: boolean }): Promise<Staging> {
  const directory = stagingDirectory(out);
  if (resume && !(await exists(directory)) && (await exists(join(out, "manifest.json")))) {
    throw new UserError(`--resume: the run of ${out} has finished, and its model exists`, {
      advice: "Use the model, or choose another --out for a new run.",
    });
  }
  await checkOutFolder(out);
  await refuseLinkedStaging(out);
  if (resume && !(await exists(directory))) {
    throw new UserError(`--resume: there is no interrupted run for ${out} (no folder ${shownStaging(out)})`, {
      advice: "Check --out, or leave --resume out to start a new run.",
    });
  }
  const made = await createAndFlushDirectory(directory);
  const lock = await acquireLock(directory);
  if (!lock.held) {
    throw new UserError(`${lock.holder} is training ${out}`, {
      advice: `Wait until that process has finished, or choose another --out. Its lock is ${lock.flag}`,
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
    await checkOutFolder(out);
    const resumable = await exists(path(stateFile));
    if (resumable && !resume) {
      throw new UserError(`there is an interrupted run for ${out}, which can be resumed (${shownStaging(out)})`, {
        advice: `Add --resume to continue it, or remove it to start again: ${removeStagingCommand(out)}`,
      });
    }
    if (!resumable) await clearStaging(directory);
    await tryOutFolder(out, directory);
    return {
      out,
      directory,
      state: resumable ? await readJsonFile(path(stateFile), z.unknown()) : null,
      path,
      saveState: (state) => writeFileAtomic(path(stateFile), jsonFileText(state)),
      release,
      discard,
    };
  } catch (error) {
    // If the folder cannot be removed either, the error that is being reported matters more.
    await release().catch(() => undefined);
    throw error;
  }
}

/** Rejects a link, because the files of a run without saved state are removed, and no file may be removed through a link. */
async function refuseLinkedStaging(out: string): Promise<void> {
  const found = await lstat(stagingDirectory(out)).catch((error: unknown) => {
    if (hasSystemErrorCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (!found?.isSymbolicLink()) return;
  throw new UserError(`${shownStaging(out)} is a symbolic link, but training writes and deletes files in this folder`, {
    advice: "Remove the link, or choose another --out.",
  });
}

/** Removes the files, except locks, of an earlier process that saved no state. */
async function clearStaging(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!isLockFlag(directory, name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}
