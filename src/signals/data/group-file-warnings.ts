// Keeps a warning caused by many files from filling the screen.

import { listedNames } from "../../listed-names.ts";

/** Maximum number of warnings that differ only in files and numbers and are still listed individually. */
const mostAlike = 3;

/**
 * If more than three warnings differ only in numbers and in the files that they begin with ("a.csv: ..." or "a.csv and b.csv
 * are ..."), replaces them with the first one, adding the names of the other files.
 * @param paths of all files
 */
export function groupFileWarnings(warnings: readonly string[], paths: Iterable<string>): string[] {
  const known = new Set(paths);
  const groups = Map.groupBy(warnings, (warning) => {
    const { files, text } = splitFileWarning(warning, known);
    return files.length === 0 ? warning : `${files.length} ${text.replaceAll(/\d[\d,.]*/g, "0")}`;
  });
  return [...groups.values()].flatMap((alike) => {
    const split = alike.map((warning) => splitFileWarning(warning, known));
    const [first, ...others] = split.map(({ files }) => files.join(" and "));
    if (alike.length <= mostAlike || first === "") return alike;
    const numbers = split.every(({ text }) => text === split[0]!.text) ? "" : ", with other numbers,";
    return [`${alike[0]} The same holds${numbers} for ${listedNames(others, 3)}.`];
  });
}

/** Separates the paths at the start of a warning from the rest of its text. */
function splitFileWarning(warning: string, paths: ReadonlySet<string>): { files: string[]; text: string } {
  const files: string[] = [];
  let text = warning;
  for (;;) {
    const ends = [...text.matchAll(/: | and | are | is /g)].map(({ index }) => index);
    const end = ends.find((at) => paths.has(text.slice(0, at)));
    if (end === undefined) return { files, text };
    files.push(text.slice(0, end));
    text = text.slice(end).replace(/^ and /, "");
  }
}
