// A folder for tables that have to be rewritten before DuckDB can read them. The folder is created when first needed.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ScratchFolder {
  /** Returns the path of a new file in the folder. */
  file(name: string): string;
  /** Removes one file before the folder itself is removed. */
  removeFile(path: string): void;
  remove(): void;
}

export function scratchFolder(directory: string = tmpdir()): ScratchFolder {
  let folder: string | undefined;
  let files = 0;
  return {
    file(name) {
      folder ??= mkdtempSync(join(directory, "tidemark-"));
      return join(folder, `${files++}-${name}`);
    },
    removeFile(path) {
      rmSync(path, { force: true });
    },
    remove() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
