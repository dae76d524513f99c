// Text styles for a terminal that supports colours.
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

export interface Coloured {
  readonly isTTY?: boolean;
}

/** NO_COLOR takes precedence over FORCE_COLOR; if neither is set, every terminal except a dumb one gets colours. */
export function usesColour(output: Coloured, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return output.isTTY === true && env.TERM !== "dumb";
}

export function colouredText(style: Style, text: string): string {
  return styleText(style, text, { validateStream: false });
}

/** Styles for lines with certain beginnings: each pattern selects either the whole line or only the matched words. */
const styles: readonly (readonly [RegExp, Style, "line" | "words"])[] = [
  [/^warning: /i, "yellow", "line"],
  [/^error: /, ["red", "bold"], "words"],
  [/^normal(?= {3})/, ["green", "bold"], "words"],
  [/^gradual_drift(?= {3})/, ["yellow", "bold"], "words"],
  [/^(sudden_change|rejected)(?= {3})/, ["red", "bold"], "words"],
  [/^gate: passed/, ["green", "bold"], "words"],
  [/^gate: rejected/, ["red", "bold"], "words"],
  [/^[a-z][a-z ]{0,9} +(?=\S)(?<=^.{11})/, "dim", "words"],
];

/** The lines of a wrapped text, coloured according to its first words. */
export function colouredLines(lines: readonly string[]): string[] {
  const [first = "", ...rest] = lines;
  for (const [pattern, style, extent] of styles) {
    const found = pattern.exec(first)?.[0];
    if (found === undefined) continue;
    return extent === "line"
      ? lines.map((line) => colouredText(style, line))
      : [colouredText(style, found) + first.slice(found.length), ...rest];
  }
  return [...lines];
}
