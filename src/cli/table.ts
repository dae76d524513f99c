// Tables in plain text: columns two spaces apart, numbers to the right, everything else to the left.
import { stripVTControlCharacters } from "node:util";

/** `rows` under `headers`, each as long as the headers; no line ends in spaces and the last one in no newline. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, j) => Math.max(...[header, ...rows.map((row) => row[j]!)].map(displayWidth)));
  const numeric = headers.map(
    (_, j) => rows.length > 0 && rows.every((row) => /^[-\d]/.test(stripVTControlCharacters(row[j]!))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => {
        const padding = " ".repeat(widths[j]! - displayWidth(cell));
        return numeric[j] ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd();
  return [line(headers), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Terminal columns that a text takes: none for escape codes and combining marks, two for CJK and emoji. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** The text cut to so many terminal columns, its end replaced by an ellipsis; escape codes are not expected in it. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = "";
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}
