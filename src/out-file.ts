// An --out that is one file: whether it can be written is tried before any work.
import { link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "./errors.ts";
import { makeDirectories, removeDirectories } from "./make-directories.ts";
import { hasCode } from "./system-error.ts";
import { temporaryBeside } from "./temporary-file.ts";

/**
 * Refuses, before any work, an --out that could not be written after it. A file appears by being renamed from a name beside
 * it, so that is tried; nothing of the trial stays.
 *
 * @param options `overwrite`: an existing file may be replaced
 * @throws UserError if `out` exists and may not be replaced, is no regular file, or cannot be written
 */
export async function checkOutFile(out: string, { overwrite }: { overwrite: boolean }): Promise<void> {
  const path = resolve(out);
  const there = await lstat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return null;
    throw refused(out, error);
  });
  if (there !== null) {
    const found = there.isSymbolicLink() ? "a symbolic link" : there.isDirectory() ? "a directory" : "no regular file";
    if (!there.isFile()) {
      throw new UserError(`--out ${out} is ${found}`, { advice: "Give the path of a file." });
    }
    if (!overwrite) {
      throw new UserError(`--out ${out} exists already`, {
        advice: "Choose another name, or add --overwrite to replace it.",
      });
    }
  }
  const directory = dirname(path);
  let made: string | undefined;
  try {
    made = await makeDirectories(directory);
    await tryRename(path);
    if (there !== null) await refuseMountPoint(out);
  } catch (error) {
    throw error instanceof UserError ? error : refused(out, error);
  } finally {
    await removeDirectories(directory, made);
  }
}

async function tryRename(path: string): Promise<void> {
  const [first, second] = [temporaryBeside(path), temporaryBeside(path)];
  try {
    await (await open(first, "wx")).close();
    await rename(first, second);
  } finally {
    for (const trial of [first, second]) await rm(trial, { force: true });
  }
}

/** A container may have a single file mounted, which no rename can replace; a hard link to it fails for the same reason. */
async function refuseMountPoint(out: string): Promise<void> {
  const trial = temporaryBeside(resolve(out));
  try {
    await link(resolve(out), trial);
  } catch (cause) {
    // Other errors say that there are no hard links here, or none to others' files.
    if (!hasCode(cause, "EXDEV")) return;
    throw new UserError(
      `--out ${out} is a mount point; a file is moved into place as a whole, which cannot replace one`,
      {
        advice: "Mount its folder instead, or choose another name.",
        cause,
      },
    );
  } finally {
    await rm(trial, { force: true });
  }
}

function refused(out: string, cause: unknown): UserError {
  return new UserError(`--out ${out}: could not be written: ${cause instanceof Error ? cause.message : cause}`, {
    advice: "Check that its folder is one, can be written to and has space left.",
    cause,
  });
}
