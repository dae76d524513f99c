import { stat } from "node:fs/promises";
import { hasSystemErrorCode } from "../system-error.ts";

const nowhere: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];

/**
 * Whether there is anything at `path`, after following links. Returns false if a link leads nowhere, if links form a loop, or
 * if a directory in the path is in fact a file.
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (nowhere.some((code) => hasSystemErrorCode(error, code))) return false;
    throw error;
  }
}
