// The folder for the request bodies that a service is receiving or judging. A killed service leaves its folder behind, and the
// next service on the same machine removes it.

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporaryBeside } from "../../temporary-file.ts";

export class BodyFolder {
  #path = newBodyFolder();
  #files = 0;

  /** Returns the path of a new file. */
  newFile(): string {
    // The system may remove old folders of temporary files.
    if (!existsSync(this.#path)) this.#path = newBodyFolder();
    return join(this.#path, `${this.#files++}`);
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

function newBodyFolder(): string {
  const path = temporaryBeside(join(tmpdir(), "tidemark-serve"));
  mkdirSync(path, { mode: 0o700 });
  return path;
}
