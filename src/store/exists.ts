import { stat } from "node:fs/promises";
import { hasCode } from "./atomic-file.ts";

/** Whether there is something at `path`, whatever it is; a path through a file leads nowhere. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return false;
    throw error;
  }
}
