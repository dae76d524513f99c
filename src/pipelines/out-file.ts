// Checks, before any work is done, that the file given by --out can be written.
import { link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { makeDirectories, removeDirectories } from "../make-directories.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { temporaryBeside } from "../temporary-file.ts";

/**
 * Rejects an --out that cannot be written, before any work is done. The file will be written under a temporary name in the same
 * folder and then renamed, so this function tries such a rename, and leaves nothing behind.
 *
 * @param options.overwrite whether an existing file may be replaced
 * @throws UserError if `out` exists and must not be replaced, is not a regular file, or cannot be written
 */
export async function checkOutFile(out: string, { overwrite }: { overwrite: boolean }): Promise<void> {
  const path = resolve(out);
  const there = await lstat(path).catch((error: unknown) => {
    if (hasSystemErrorCode(error, "ENOENT") || hasSystemErrorCode(error, "ENOTDIR")) return null;
    throw unwritableOutFile(out, error);
  });
  if (there !== null) {
    const found = there.isSymbolicLink()
      ? "a symbolic link"
      : there.isDirectory()
        ? "a directory"
        : "not a regular file";
    if (!there.isFile()) {
      throw new UserError(`--out ${out} is ${found}`, { advice: "Give the path of a file." });
    }
    if (!overwrite) {
      throw new UserError(`--out ${out} already exists`, {
        advice: "Choose another name, or add --overwrite to replace it.",
      });
    }
  }
  const directory = dirname(path);
  let made: string | undefined;
  try {
    made = await makeDirectories(directory);
    await tryOutFileRename(path);
    if (there !== null) await refuseMountedOutFile(out);
  } catch (error) {
    throw error instanceof UserError ? error : unwritableOutFile(out, error);
  } finally {
    await removeDirectories(directory, made);
  }
}

async function tryOutFileRename(path: string): Promise<void> {
  const [first, second] = [temporaryBeside(path), temporaryBeside(path)];
  try {
    await (await open(first, "wx")).close();
    await rename(first, second);
  } finally {
    for (const trial of [first, second]) await rm(trial, { force: true });
  }
}

/** A container may mount a single file, which no rename can replace; a hard link to it fails for the same reason. */
async function refuseMountedOutFile(out: string): Promise<void> {
  const trial = temporaryBeside(resolve(out));
  try {
    await link(resolve(out), trial);
  } catch (cause) {
    // Other errors mean that hard links are impossible here, or not permitted for other users' files.
    if (!hasSystemErrorCode(cause, "EXDEV")) return;
    throw new UserError(
      `--out ${out} is a mount point. Tidemark writes a new file and renames it to that path, and a mount point cannot be replaced in this way`,
      {
        advice: "Mount its folder instead, or choose another name.",
        cause,
      },
    );
  } finally {
    await rm(trial, { force: true });
  }
}

function unwritableOutFile(out: string, cause: unknown): UserError {
  return new UserError(`--out ${out}: could not be written: ${cause instanceof Error ? cause.message : cause}`, {
    advice: "Check that its folder exists, is writable, and has free space.",
    cause,
  });
}
