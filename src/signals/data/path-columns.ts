// Columns encoded in folder names, as in data/user=ann/monday.parquet. They are used only if --path-columns names them.

import { UserError } from "../../errors.ts";

/**
 * @param path of the file
 * @param column name of the column, as spelt in the folder's name
 * @returns what follows `column=` in the name of one of the file's folders, percent-decoded; null for Hive's marker of a
 *   missing value
 * @throws UserError if the name of no folder, or of more than one, begins with `column=`
 */
export function pathColumnValue(path: string, column: string): string | null {
  const folders = path.split(/[/\\]/).slice(0, -1);
  const values = folders.filter((name) => name.startsWith(`${column}=`)).map((name) => name.slice(column.length + 1));
  if (values.length === 1) return values[0] === "__HIVE_DEFAULT_PARTITION__" ? null : decodePathColumn(values[0]!);
  throw new UserError(
    values.length === 0
      ? `${path}: --path-columns names "${column}", but no folder of this file is called "${column}=...".`
      : `${path}: ${values.length} folders of this file are called "${column}=...", expected one.`,
    {
      advice: `Give the file's path with exactly one folder "${column}=VALUE", or leave ${column} out of --path-columns.`,
    },
  );
}

/** The first pair of folders that give two files different values of a column (`user=ann`, `user=bob`). */
export function differingPathColumn(path: string, other: string): [string, string] | undefined {
  const foldersOf = (file: string): string[] => file.split(/[/\\]/).slice(0, -1);
  const others = foldersOf(other);
  for (const folder of foldersOf(path)) {
    const name = /^[^=]+=/.exec(folder)?.[0];
    if (name === undefined || others.includes(folder)) continue;
    const counterpart = others.find((candidate) => candidate.startsWith(name));
    if (counterpart !== undefined) return [counterpart, folder];
  }
  return undefined;
}

function decodePathColumn(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
