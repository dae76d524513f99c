// Checks that a model folder can be moved to --out. The folder is moved there with a single rename at the very end of the work.
// For this reason, everything that could prevent the rename is checked at the beginning, and the rename itself is tried out.

import { lstat, mkdir, readdir, readlink, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { listedNames } from "../listed-names.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { temporaryBeside } from "../temporary-file.ts";
import { exists } from "./exists.ts";
import { championSuffix } from "./registry.ts";

/** Throws a UserError if a model cannot be written to `out`, which must be new or an empty directory. */
export async function checkOutFolder(out: string): Promise<void> {
  refuseAliasedOutFolder(out);
  await refuseLinkedOutFolder(out);
  await refuseNestedOutFolder(out);
  let entries: string[];
  try {
    entries = await readdir(out);
  } catch (error) {
    if (hasSystemErrorCode(error, "ENOENT") || hasSystemErrorCode(error, "ENOTDIR")) return refuseFileAsOutFolder(out);
    throw error;
  }
  if (entries.includes("manifest.json")) {
    throw new UserError(`--out ${out} already contains another model, and a model is never overwritten`, {
      advice: `Choose another name, or remove it first: ${shellCommand("rm", "-r", shellPath(out))}`,
    });
  }
  if (entries.length > 0) {
    throw new UserError(`--out ${out}: expected a new or empty directory, found ${listedNames(entries, 3)} in it`, {
      advice: "Choose another name, or empty the directory.",
    });
  }
  if ((await stat(out)).dev !== (await stat(dirname(resolve(out)))).dev) throw mountedOutFolder(out);
}

/**
 * Uses empty directories to try the moves that the model will need later: moves one from `staging` to a place next to `out`,
 * and moves an existing `out` away and back.
 * @throws UserError if that fails
 */
export async function tryOutFolder(out: string, staging: string): Promise<void> {
  const trial = temporaryBeside(resolve(out));
  const made = join(staging, basename(trial));
  try {
    await mkdir(made);
    await rename(made, trial);
    await rmdir(trial);
    if (!(await exists(out))) return;
    await rename(out, trial);
    await rename(trial, resolve(out));
  } catch (cause) {
    for (const path of [made, trial]) await rm(path, { recursive: true, force: true });
    if (hasSystemErrorCode(cause, "EBUSY")) throw mountedOutFolder(out, cause);
    throw new UserError(
      `--out ${out}: no folder can be moved there (${cause instanceof Error ? cause.message : cause})`,
      {
        advice: `The finished model will be moved there from ${staging}, which must be on the same file system. Choose another --out.`,
        cause,
      },
    );
  }
}

/** Rejects names such as `models/walk@champion`, which would always be read as an alias. */
function refuseAliasedOutFolder(out: string): void {
  const name = basename(resolve(out));
  if (!name.endsWith(championSuffix)) return;
  const suggested = join(dirname(out), `${name.slice(0, -championSuffix.length) || "model"}-champion`);
  throw new UserError(
    `--out ${out}: a name that ends in ${championSuffix} means the champion of a line, so this model could never be opened`,
    { advice: `Choose another name, for example ${suggested}` },
  );
}

async function refuseLinkedOutFolder(out: string): Promise<void> {
  const path = resolve(out);
  try {
    if (!(await lstat(path)).isSymbolicLink()) return;
  } catch (error) {
    if (hasSystemErrorCode(error, "ENOENT") || hasSystemErrorCode(error, "ENOTDIR")) return;
    if (!hasSystemErrorCode(error, "ELOOP")) throw error;
    throw new UserError(`--out ${out}: its parent directory is part of a loop of symbolic links`, {
      advice: "Remove the link, or choose another --out.",
      cause: error,
    });
  }
  const target = await realpath(path).catch(() => null);
  const leads = target === null ? `to ${await readlink(path)}, which does not exist` : `to ${target}`;
  throw new UserError(`--out ${out} is a symbolic link (${leads}), and a model folder would replace it`, {
    advice:
      target === null
        ? "Remove the link, or choose another --out."
        : `Give the folder itself: ${shellCommand("--out", shellPath(target))}`,
  });
}

/**
 * Rejects a folder inside another model, which would be copied with that model, and a folder inside a staging directory, which
 * would be removed with it.
 */
async function refuseNestedOutFolder(out: string): Promise<void> {
  for (let parent = dirname(resolve(out)); parent !== dirname(parent); parent = dirname(parent)) {
    const has = (name: string): Promise<boolean> => exists(join(parent, name));
    const isModel = (await has("manifest.json")) && (await has("model.onnx"));
    const isRun = parent.endsWith(".partial") && (await has("run.json"));
    if (!isModel && !isRun) continue;
    throw new UserError(
      `--out ${out} lies in ${parent}, which is ${isModel ? "a model" : "the folder of an unfinished training run"}`,
      {
        advice: "Choose a folder outside it.",
      },
    );
  }
}

function mountedOutFolder(out: string, cause?: unknown): UserError {
  return new UserError(
    `--out ${out} is a mount point, which cannot be replaced: a model folder is moved into place as a whole`,
    { advice: `Choose a folder inside it, for example ${join(out, "model")}`, cause },
  );
}

/** Rejects a path of which an existing part is not a directory. */
async function refuseFileAsOutFolder(out: string): Promise<void> {
  for (let path = resolve(out); ; path = dirname(path)) {
    try {
      if ((await stat(path)).isDirectory()) return;
      const found = path === resolve(out) ? "found a file" : `but ${path} is a file`;
      throw new UserError(`--out ${out}: expected a directory that does not exist yet, ${found}`, {
        advice: "Choose another name.",
      });
    } catch (error) {
      if (!hasSystemErrorCode(error, "ENOENT") && !hasSystemErrorCode(error, "ENOTDIR")) throw error;
    }
  }
}
