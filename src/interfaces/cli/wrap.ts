// Wraps lines at the terminal's width. Commands that somebody may copy are never wrapped, and words are never broken: a long one
// gets its own line.
import { displayWidth } from "./display-width.ts";

/** Marks where a line's command begins; the rest of the line can be copied as a whole. */
const command = /(?:^|: | {2,})(?=(?:tidemark|rm|mv|cp) \S)/;

/**
 * Wraps the visible text into lines of at most `width` columns.
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

/** Words with the spaces after them. A command at the end counts as one word, and so does a label with the word after it. */
function wrappableWords(text: string): string[] {
  const found = command.exec(text);
  const end = found === null ? text.length : found.index + found[0].length;
  const start = wrapLabelWidth(text);
  const [first = "", ...before] = text.slice(start, end).match(/^ +|\S+ */g) ?? [];
  const rest = end === text.length ? before : [...before, text.slice(end)];
  return [text.slice(0, start) + first, ...rest];
}

/** Width of the label in "label      text", including the spaces after it, in columns. */
function wrapLabelWidth(text: string): number {
  return /^[a-z][a-z ]{0,9} +(?=\S)(?<=^.{11})/.exec(text)?.[0].length ?? 0;
}

/** Aligned with the text of "label      text" and of "  - text"; otherwise two columns more than the line itself. */
function wrapIndent(text: string): number {
  return wrapLabelWidth(text) || /^ */.exec(text)![0].length + 2;
}
