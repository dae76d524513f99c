import { stat } from "node:fs/promises";
import { hasSystemErrorCode } from "../system-error.ts";

const nowhere: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];

/** Whether there is anything at `path`. Returns false if a directory in the path is in fact a file, or if links form a loop. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (nowhere.some((code) => hasSystemErrorCode(error, code))) return false;
    throw error;
  }
}
