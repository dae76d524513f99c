import { stat } from "node:fs/promises";
import { hasSystemErrorCode } from "../../system-error.ts";

const nowhere: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];

/** Whether there is anything at `path`. False for a path through a file, and for circular links. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (nowhere.some((code) => hasSystemErrorCode(error, code))) return false;
    throw error;
  }
}
