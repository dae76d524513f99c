// Names the columns of label files that have no line of column names, such as those of Audacity and ELAN.

import { open } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import type { SourceFile } from "../files/find-files.ts";
import { textLayout } from "../files/text-layout.ts";

/**
 * Returns the column names for a file without a header line, such as Audacity's: one to three times, and texts; undefined for
 * any other file.
 */
export async function columnsOfUnnamedLabelFile({ path }: SourceFile): Promise<string[] | undefined> {
  if (/\.(parquet|parq|pq|gz|zip|xlsx|json)$/i.test(path)) return undefined;
  const handle = await open(path);
  const { buffer, bytesRead } = await handle.read(new Uint8Array(2 ** 16), 0, 2 ** 16, 0).finally(() => handle.close());
  const lines = new TextDecoder().decode(buffer.subarray(0, bytesRead)).split(/\r\n|\n|\r/);
  const layout = textLayout(lines.slice(0, 200));
  if (layout === undefined || layout.names !== undefined || layout.firstValues > 0) return undefined;
  const [row] = layout.sample;
  const isTime = (value: string): boolean => /^[+-]?\d/.test(value);
  const all = row!.flatMap((value, i) => (isTime(value) ? [i] : []));
  // ELAN writes each time twice, as 00:00:12.400 and as 12.4.
  const inSeconds = all.filter((i) => !row![i]!.includes(":"));
  const times = all.length > 3 && 2 * inSeconds.length === all.length ? inSeconds : all;
  const texts = row!.flatMap((value, i) => (isTime(value) || value === "" ? [] : [i]));
  if (texts.length === 0 && row!.length > 1) throw labelsWithoutNames(path, row!);
  if (times.length < 1 || times.length > 3 || texts.length === 0) return undefined;
  return row!.map((_, i) => {
    if (i === texts.at(-1)) return "label";
    const at = times.indexOf(i);
    return at < 0 ? `column ${i + 1}` : ["start", "end", "duration"][at]!;
  });
}

/**
 * The error for a file of labels without column names: labels that are codes look like times, and like numbers of people or
 * recordings.
 */
function labelsWithoutNames(path: string, row: readonly string[]): UserError {
  return new UserError(
    `--labels ${path}: the file has no line of column names. Its rows have ${row.length} numbers, such as ${row.slice(0, 8).join(", ")}, and nothing says which of them are labels and which are times.`,
    {
      advice:
        "Add a first line that names the columns in order, such as recording,user,label,start,end. Times that " +
        "count samples are called start_sample and end_sample.",
    },
  );
}
