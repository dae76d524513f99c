// Provides the program as of an earlier commit of this repository, so that its measurements can alternate with those of the
// current one.

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..");

/**
 * Writes a commit's source into a new folder, with today's dependencies, so that its modules can be imported.
 *
 * @returns false if the repository does not have the commit, as in a shallow clone
 */
export function extractCommit(commit: string, folder: string): boolean {
  let archive: Buffer;
  try {
    archive = execFileSync("git", ["archive", commit, "src", "package.json"], {
      cwd: repository,
      maxBuffer: 2 ** 30,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return false;
  }
  mkdirSync(folder);
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  return true;
}
