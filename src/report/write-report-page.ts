// Writes a page to the file given by a command's --out, either completely or not at all.
import { dirname } from "node:path";
import { explainWriteFailure } from "../learning/training/write-failure.ts";
import { makeDirectories } from "../make-directories.ts";
import { writeFileAtomic } from "../storage/atomic-file.ts";

/** @throws UserError if the page cannot be written */
export async function writeReportPage(out: string, page: string): Promise<void> {
  try {
    await makeDirectories(dirname(out));
    await writeFileAtomic(out, page);
  } catch (error) {
    throw explainWriteFailure(error, out);
  }
}
