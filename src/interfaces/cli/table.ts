// Tables in plain text: columns two spaces apart, numbers to the right, everything else to the left.
import { visible } from "../../visible.ts";

/** The lines of `rows` under `headers`, each row as long as the headers; no line ends in spaces. */
export function tableLines(headers: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = [headers, ...rows].map((cells) => cells.map(visible));
  const widths = headers.map((_, j) => Math.max(...shown.map((cells) => displayWidth(cells[j]!))));
  const numeric = headers.map((_, j) => rows.length > 0 && rows.every((row) => /^[-\d]/.test(row[j]!)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => {
        const padding = " ".repeat(widths[j]! - displayWidth(cell));
        return numeric[j] ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd();
  const [head, ...body] = shown.map(line);
  return [head!, line(widths.map((width) => "-".repeat(width))), ...body];
}

/** Terminal columns that a visible text takes: none for combining marks, two for CJK and emoji. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
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

/** A visible text cut to so many terminal columns, its end replaced by an ellipsis. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = "";
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}
