// Wraps lines to the width of the terminal. Commands that a user may copy are never wrapped, and words are never broken: a word
// that is too long gets its own line.
import { displayWidth } from "./display-width.ts";

/**
 * Matches the beginning of a command in a line. The command extends to the end of the line, so that it can be copied as a
 * whole.
 */
const command = /(?:^|: | {2,})(?=(?:tidemark|rm|mv|cp) \S)/;

/**
 * Wraps the visible text into lines of at most `width` columns, unless a word or a command is longer.
 *
 * @param hanging indentation, in columns, of all lines after the first
 */
export function wrapLine(text: string, width: number, hanging: number = wrapIndent(text)): string[] {
  if (displayWidth(text) <= width) return [text];
  const indent = " ".repeat(Math.min(hanging, Math.floor(width / 2)));
  const lines: string[] = [];
  let line = "";
  for (const word of wrappableWords(text)) {
    const joined = line + word;
    if (line.trim() !== "" && displayWidth(joined.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else line = joined;
  }
  return [...lines, line.trimEnd()];
}

/**
 * Words with the spaces that follow them. A command at the end of the line counts as one word. A label and the word that
 * follows it also count as one word.
 */
function wrappableWords(text: string): string[] {
  const found = command.exec(text);
  const end = found === null ? text.length : found.index + found[0].length;
  const start = wrapLabelWidth(text);
  const [first = "", ...before] = text.slice(start, end).match(/^ +|\S+ */g) ?? [];
  const rest = end === text.length ? before : [...before, text.slice(end)];
  return [text.slice(0, start) + first, ...rest];
}

/** Width in columns of the label in "label text", including the spaces that follow it. */
function wrapLabelWidth(text: string): number {
  return /^[a-z][a-z ]{0,9} +(?=\S)(?<=^.{11})/.exec(text)?.[0].length ?? 0;
}

/** Indents to the start of the text in "label text" and " - text"; otherwise indents two columns more than the line itself. */
function wrapIndent(text: string): number {
  return wrapLabelWidth(text) || /^ */.exec(text)![0].length + 2;
}
