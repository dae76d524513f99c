// A batch summarised on a device, in a file that takes the place of a recording.

import { readFile, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { kebabCase } from "../letter-case.ts";
import { isSummary, summaryHeadBytes } from "../monitoring/summaries/is-summary.ts";
import { modelColumns } from "../options/reading-options.ts";
import { fileBytes } from "../signals/files/file-bytes.ts";

/** Maximum size of a summary; only summaries of models with hundreds of channels are larger. */
const mostBytes = 64e6;

/**
 * The content of the file if it is a summary; null if the files contain recordings.
 * @param config the options; those about columns do not apply to a summary
 * @param stored local paths of files whose content came from elsewhere, keyed by name
 * @throws UserError if other files are given in addition to a summary, or options that apply to columns
 */
export async function summaryInFile(
  config: { readonly files: readonly string[] } & Readonly<Partial<Record<keyof typeof modelColumns, unknown>>>,
  stored?: ReadonlyMap<string, string>,
): Promise<Uint8Array | null> {
  const { files } = config;
  const file = files[0]!;
  const path = stored?.get(file) ?? file;
  if (!(await beginsLikeSummary(path))) return null;
  if (files.length > 1) {
    throw new UserError(`${file}: this is a summary, which is a whole batch, but ${files.length} files are given.`, {
      advice: "Check each summary separately.",
    });
  }
  const given = Object.entries(modelColumns).filter(([name, option]) => {
    const value = config[name as keyof typeof modelColumns];
    return value !== undefined && value !== option.default;
  });
  if (given.length > 0) {
    const names = given.map(([name]) => `--${kebabCase(name)}`);
    throw new UserError(`${file}: this is a summary, which has no columns, so ${names.join(", ")} cannot be applied.`, {
      advice: "Leave these options out. A device gives each channel in the unit that device.json specifies.",
    });
  }
  const bytes = await readFile(path);
  if (bytes.length > mostBytes) {
    throw new UserError(`${file}: expected a summary of at most ${mostBytes / 1e6} MB, got ${bytes.length / 1e6} MB`);
  }
  return bytes;
}

/** Returns false for patterns, addresses and pipes, which are read as recordings. */
async function beginsLikeSummary(path: string): Promise<boolean> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile && isSummary(await fileBytes(path, 0, summaryHeadBytes));
}
