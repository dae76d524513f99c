// Reads columns from a file's path: from folder names such as data/user=ann/monday.parquet if --path-columns names them, or
// from the part of the path identified by a template such as sub_{user}.csv.

import { UserError } from "../../errors.ts";

export interface PathColumnOptions {
  /** Columns taken from folder names (`user=ann`), not from the files. */
  readonly pathColumns?: readonly string[];
  /** Path templates: the part of the path in place of {name} is the person, recording or label of the whole file. */
  readonly groupFromPath?: string;
  readonly recordingFromPath?: string;
  readonly labelFromPath?: string;
}

/** A column with one value for the whole file. */
export interface PathColumn {
  readonly name: string;
  /** The option that names the column. */
  readonly option: string;
  readonly value: string | null;
}

const templates = [
  ["group", "groupFromPath", "--group-from-path"],
  ["recording", "recordingFromPath", "--recording-from-path"],
  ["label", "labelFromPath", "--label-from-path"],
] as const;

/** Returns all columns that the options take from the path. @throws UserError if the path lacks one of them */
export function pathColumnsOf(path: string, options: PathColumnOptions): PathColumn[] {
  const ofFolders = (options.pathColumns ?? []).map((name) => {
    return { name, option: "--path-columns", value: pathColumnValue(path, name) };
  });
  const ofTemplates = templates.flatMap(([, field, option]) => {
    const template = options[field];
    return template === undefined
      ? []
      : [{ name: pathTemplateColumn(template, option), option, value: pathTemplateValue(path, template, option) }];
  });
  return [...ofFolders, ...ofTemplates];
}

/** Adds the columns of path templates to the options, in their roles. */
export function withPathTemplateRoles<Options extends PathColumnOptions>(options: Options): Options {
  const roles = templates.flatMap(([role, field, option]) => {
    const template = options[field];
    return template === undefined ? [] : [[role, pathTemplateColumn(template, option)]];
  });
  return { ...options, ...Object.fromEntries(roles) };
}

/** Returns the name in the only {...} of a template. */
function pathTemplateColumn(template: string, option: string): string {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!);
  if (names.length === 1 && names[0] !== "") return names[0]!;
  throw new UserError(`${option} ${template}: expected one {name} in place of the value, found ${names.length}.`, {
    advice: `For example ${option} "sub_{user}.csv"; * stands for any other text.`,
  });
}

/** Matches the ending that a template may omit: an extension, but not the .5 of a person called 1.5. */
const omittedEnding =
  "(?:(?:\\.(?:csv|tsv|txt|dat|data|log|json|jsonl|ndjson|parquet|parq|pq|gz))+|\\.[A-Za-z]\\w{0,7})?";

/**
 * @param template the end of the path; {name} and * stand for any text without a slash, and the extension may be omitted. A
 * template that begins with text may match only the end of a name, if this text begins a word there: user{user}.txt matches
 * acc_user07.txt.
 */
function pathTemplateValue(path: string, template: string, option: string): string {
  const pattern = template
    .split(/(\{[^{}]*\}|\*)/)
    .map((part) => {
      if (part === "*") return "[^/\\\\]*";
      return part.startsWith("{") ? "([^/\\\\]+?)" : part.replace(/[.+?^$()|[\]\\{}]/g, "\\$&");
    })
    .join("");
  const wordStart = /^\p{L}/u.test(template) ? "(?<!\\p{L})" : /^\d/.test(template) ? "(?<!\\d)" : undefined;
  const starts = ["(?:^|[/\\\\])", ...(wordStart === undefined ? [] : [`^.*${wordStart}`])];
  for (const start of starts) {
    const value = new RegExp(`${start}${pattern}${omittedEnding}$`, "iu").exec(path)?.[1];
    if (value !== undefined) return value;
  }
  throw new UserError(`${path}: the path does not end in ${template} (${option}).`, {
    advice: "Correct the template, or give only files that match it; * stands for any text without a slash.",
  });
}

/** Whether a string is a path template rather than a column name. */
export function isPathTemplate(text: string): boolean {
  return /\{[^{}]*\}/.test(text);
}

/**
 * Returns the part of a path identified by a template.
 * @throws UserError if the template does not have exactly one {name}, or if the path does not match it
 */
export function valueFromPath(path: string, template: string, option: string): string {
  pathTemplateColumn(template, option);
  return pathTemplateValue(path, template, option);
}

/**
 * @param path of the file
 * @param column column name, as spelt in the folder name
 * @returns what follows `column=` in the name of one of the file's folders, percent-decoded; null for Hive's missing-value
 * marker
 * @throws UserError unless exactly one folder name begins with `column=`
 */
function pathColumnValue(path: string, column: string): string | null {
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

/** Returns the first pair of folders that give two files different values in a column (`user=ann`, `user=bob`). */
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
