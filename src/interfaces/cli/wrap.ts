// Lines as wide as the terminal. A command that somebody may copy is never broken, nor is a word: it gets a line of its own.
import { displayWidth } from "./table.ts";

/** Where a line's command begins: all that follows is to be copied as a whole. */
const command = /(?:^|: | {2,})(?=(?:tidemark|rm|mv|cp) \S)/;

/**
 * The visible text in lines of at most `width` columns.
 *
 * @param hanging columns by which lines after the first are indented
 */
export function wrapLine(text: string, width: number, hanging: number = hangingIndent(text)): string[] {
  if (displayWidth(text) <= width) return [text];
  const indent = " ".repeat(Math.min(hanging, Math.floor(width / 2)));
  const lines: string[] = [];
  let line = "";
  for (const word of words(text)) {
    const joined = line + word;
    if (line.trim() !== "" && displayWidth(joined.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else line = joined;
  }
  return [...lines, line.trimEnd()];
}

/** Words with the spaces after them; a command at the end is one, and a label belongs to the word after it. */
function words(text: string): string[] {
  const found = command.exec(text);
  const end = found === null ? text.length : found.index + found[0].length;
  const start = labelWidth(text);
  const [first = "", ...before] = text.slice(start, end).match(/^ +|\S+ */g) ?? [];
  const rest = end === text.length ? before : [...before, text.slice(end)];
  return [text.slice(0, start) + first, ...rest];
}

/** Columns of the label in "label      text", with the spaces after it. */
function labelWidth(text: string): number {
  return /^[a-z][a-z ]{0,9} +(?=\S)(?<=^.{11})/.exec(text)?.[0].length ?? 0;
}

/** Below the text of "label      text" and of "  - text"; else two more than the line itself. */
function hangingIndent(text: string): number {
  return labelWidth(text) || /^ */.exec(text)![0].length + 2;
}
