// Reads lists of codes with their names, such as activity_labels.txt of UCI HAR.

/**
 * Reads lines of a code and a name, separated by a comma, semicolon, tab or space, such as "1 WALKING". The first line may be a
 * header.
 * @returns undefined if a line has a different form
 */
export function namesOfCodesInText(text: string): [code: string, name: string][] | undefined {
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const pairs = lines.map((line) => /^\s*"?([^",;\s]+)"?(?:\s*[,;]\s*|\s+)"?([^",;]+?)"?\s*$/.exec(line));
  if (pairs.some((pair) => pair === null)) return undefined;
  const entries = pairs.map((pair): [string, string] => [pair![1]!, pair![2]!]);
  const isNumber = ([code]: readonly [string, string]): boolean => Number.isFinite(Number(code));
  const [first, ...others] = entries;
  return others.length > 0 && others.every(isNumber) && !isNumber(first!) ? others : entries;
}
