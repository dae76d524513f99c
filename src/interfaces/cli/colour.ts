// What stands out on a terminal that shows colours.
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

export interface Coloured {
  readonly isTTY?: boolean;
}

/** NO_COLOR wins over FORCE_COLOR; without either, a terminal that is not dumb has colours. */
export function usesColour(output: Coloured, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return output.isTTY === true && env.TERM !== "dumb";
}

export function styled(style: Style, text: string): string {
  return styleText(style, text, { validateStream: false });
}

/** The beginnings of lines that have a style: of the whole line, or of the words matched. */
const styles: readonly (readonly [RegExp, Style, "line" | "words"])[] = [
  [/^warning: /i, "yellow", "line"],
  [/^error: /, ["red", "bold"], "words"],
  [/^normal(?= {3})/, ["green", "bold"], "words"],
  [/^gradual_drift(?= {3})/, ["yellow", "bold"], "words"],
  [/^(sudden_change|rejected)(?= {3})/, ["red", "bold"], "words"],
  [/^gate: passed/, ["green", "bold"], "words"],
  [/^gate: refused/, ["red", "bold"], "words"],
  [/^[a-z][a-z ]{0,9} +(?=\S)(?<=^.{11})/, "dim", "words"],
];

/** The lines that one text was broken into, coloured by how it begins. */
export function colouredLines(lines: readonly string[]): string[] {
  const [first = "", ...rest] = lines;
  for (const [pattern, style, extent] of styles) {
    const found = pattern.exec(first)?.[0];
    if (found === undefined) continue;
    return extent === "line"
      ? lines.map((line) => styled(style, line))
      : [styled(style, found) + first.slice(found.length), ...rest];
  }
  return [...lines];
}
