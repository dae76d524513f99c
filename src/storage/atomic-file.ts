// Files that survive a crash. A file is replaced as a whole: it is written under a temporary name in the same folder, flushed
// to disk and renamed over the target, and then the folder is flushed. A reader sees either all of the old content or all of
// the new.

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { temporaryBeside } from "../temporary-file.ts";
import { flushDirectory, flushFile } from "./flush.ts";

/** Atomically replaces or creates the file at `path` with `data`. Its directory must exist. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await replaceFileAtomic(path, async (temporary) => {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/**
 * Like `writeFileAtomic`, but for content that a callback writes to a path itself (a database or a copy). The callback gets a
 * temporary name in the target's directory; if it throws, nothing is left behind and the target keeps its content.
 */
export async function replaceFileAtomic(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await write(temporary);
    await flushFile(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushDirectory(dirname(path));
}

/**
 * Replaces the file in one step. The caller must hold a lock and be able to write the file again. Nothing is flushed, so the
 * old content may reappear after a power cut. There is only one writer at a time, so the temporary file always has the same
 * name, and the next writer removes a file left by a killed process.
 */
export function replaceFileAtomicSync(path: string, data: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  // In an untrusted folder, a file with this name may be a link to any other file.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, data, { flag: "wx" });
  renameSync(temporary, path);
}
