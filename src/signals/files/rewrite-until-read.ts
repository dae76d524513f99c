import { UserError } from "../../errors.ts";
import type { SourceFile } from "./find-files.ts";

/**
 * Maximum number of times that a file is rewritten in another form; the known exports need at most two. More probably means that
 * a form is recognised again in its own result.
 */
const mostRewrites = 12;

/**
 * Calls `step` on the file, and then on each rewritten file that it returns, until it returns tables.
 * @throws UserError if the text is still being rewritten after 12 steps
 */
export async function rewriteUntilRead(
  file: SourceFile,
  step: (file: SourceFile) => Promise<SourceFile | readonly SourceFile[]>,
): Promise<readonly SourceFile[]> {
  let form = file;
  for (let rewrites = 0; rewrites <= mostRewrites; rewrites++) {
    const next = await step(form);
    if (!("path" in next)) return next;
    form = next;
  }
  throw new UserError(
    `${file.path}: the text has no form that can be read: after ${mostRewrites} rewritings, it still needs another.`,
    {
      advice: "Export it as plain CSV, with one line of column names and one line per row.",
    },
  );
}
