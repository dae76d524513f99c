// Folders that are replaced as a whole, such as a rejected candidate's report. The new files are written and flushed in a
// staging directory on the same file system, and then the folder is moved into place. An earlier folder is first moved into
// staging. A reader therefore finds the old folder, the new folder or, for a moment, no folder, but never a mixture.
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { createAndFlushDirectory, flushDirectory } from "./flush.ts";
import { isLockFlag } from "./lock.ts";

/**
 * @throws UserError if `out` exists, unless it is a folder, not a mount point, that contains only files with these names, lock
 * files and leftover temporary files
 */
export async function checkReplaceableDirectory(out: string, names: readonly string[]): Promise<void> {
  const found = await lstat(out).catch((error: unknown) => {
    if (hasSystemErrorCode(error, "ENOENT") || hasSystemErrorCode(error, "ENOTDIR")) return null;
    throw error;
  });
  if (found === null) return;
  const advice = `Move it away, or remove it: ${shellCommand("rm", "-r", shellPath(out))}`;
  if (!found.isDirectory()) {
    throw new UserError(`${out}: expected a folder or nothing, found ${found.isSymbolicLink() ? "a link" : "a file"}`, {
      advice,
    });
  }
  const foreign = (await readdir(out)).filter(
    (name) => !names.includes(name) && !isLockFlag(out, name) && !/^\..*\.tmp$/.test(name),
  );
  if (foreign.length > 0) {
    throw new UserError(`${out} would be replaced, but contains a file other than ${names.join(", ")}: ${foreign[0]}`, {
      advice,
    });
  }
  if (found.dev === (await lstat(dirname(resolve(out)))).dev) return;
  throw new UserError(`${out} is a mount point, which cannot be replaced as a whole`, { advice: "Unmount it." });
}

/** Puts a folder with these files at `out`, replacing any existing folder. */
export async function replaceDirectory(
  out: string,
  files: Readonly<Record<string, string>>,
  staging: string,
): Promise<void> {
  const [made, before] = [join(staging, "replacing"), join(staging, "replaced")];
  for (const left of [made, before]) await rm(left, { recursive: true, force: true });
  await mkdir(made);
  for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(made, name), content);
  const parent = dirname(resolve(out));
  await createAndFlushDirectory(parent);
  await rename(out, before).catch((error: unknown) => {
    if (!hasSystemErrorCode(error, "ENOENT")) throw error;
  });
  await rename(made, out);
  await flushDirectory(parent);
  await rm(before, { recursive: true, force: true });
}
