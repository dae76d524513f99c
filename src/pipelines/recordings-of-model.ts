// The recordings that a model learned from, as its manifest names them. The folder may come from somebody else, so what it
// names is neither fetched nor expanded, and it is compared by fingerprint before anything is learned from it.

import { realpath, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import type { Manifest } from "../storage/store/manifest.ts";

/** Where names lead to something else than files that people keep. */
const systemFolders = /^\/(?:dev|proc|sys)(?:\/|$)/;

/**
 * @param model as its user named it
 * @returns local paths of regular files
 * @throws UserError if the manifest names anything else
 */
export async function recordingsOfModel({ data }: Manifest, model: string): Promise<readonly string[]> {
  for (const file of data.files) {
    const wrong = isElsewhere(file) ? "a folder does not decide what is fetched" : await faultOf(file);
    if (wrong === null) continue;
    throw new UserError(`the recordings that ${model} learned from: its manifest names ${file}: ${wrong}`, {
      advice: "Name the labelled recordings yourself, these or others, with --labelled.",
    });
  }
  return data.files;
}

/** A URL of any kind, or a path of another machine. */
function isElsewhere(file: string): boolean {
  const drive = process.platform === "win32" && /^[a-z]:/i.test(file);
  return (!drive && /^[a-z][a-z0-9+.-]*:/i.test(file)) || /^(?:\/\/|\\\\|\/\\|\\\/)/.test(file);
}

async function faultOf(file: string): Promise<string | null> {
  try {
    // Names of a manifest are whole: a pattern would look through folders.
    if (!(await stat(file)).isFile()) return "it is no regular file";
    const real = await realpath(file);
    return systemFolders.test(real) ? `it is ${real}, a file of the system` : null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return code === "ENOENT" ? "there is no such file" : `it cannot be accessed (${code})`;
  }
}
