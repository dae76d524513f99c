// Finds people whom only the paths of files tell apart (sub01/walk.csv and sub02/walk.csv), because a column names the same
// person in every file. Some loggers fill in a user name of their own.

import { listedNames } from "../../listed-names.ts";
import { shellCommand } from "../../shell-words.ts";

/** A person's number in the name of a folder or file, with the word before it. */
const numberedPerson =
  /(?<![a-z])(sub|subj|subject|person|participant|user|usr|patient|pat|volunteer|proband|vp|id|p|s|u)([ _-]?)(\d+)(?![\d.]*hz|[a-z\d])/i;

/**
 * Returns a warning if the paths contain different people's numbers after the same word.
 * @param column names the same person in all files
 * @param paths of all files
 */
export function peopleInPathsWarning(column: string, person: string, paths: readonly string[]): string | undefined {
  const found = paths.flatMap((path) => {
    const parts = path.split(/[/\\]/);
    return parts.flatMap((part, depth) => {
      const match = numberedPerson.exec(part);
      return match === null ? [] : [{ match, name: match[0], after: parts.slice(depth + 1) }];
    });
  });
  const byWord = Map.groupBy(found, ({ match, after }) => `${after.length} ${match[1]!.toLowerCase()}`);
  const own = [...byWord.values()].find((alike) => new Set(alike.map(({ match }) => Number(match[3]))).size > 1);
  if (own === undefined) return undefined;
  const { match, after } = own[0]!;
  const rest = match.input.slice(match.index + match[0].length).replace(/(\.[a-z]\w{0,7})+$/i, "");
  const start = match.index > 0 ? `*${match.input[match.index - 1]}` : "";
  const name = `${start}${match[1]}${match[2]}{person}${rest === "" ? "" : `${rest[0]}*`}`;
  const template = [name, ...after.map(() => "*")].join("/");
  return (
    `Column "${column}" names the same person, ${JSON.stringify(person)}, in all ${paths.length} files, but their paths tell ` +
    `people apart (${listedNames([...new Set(own.map(({ name }) => name))])}). If these are different people, add ` +
    `${shellCommand("--group-from-path", template)}; if they are one person, add ${shellCommand("--group", column)}`
  );
}
