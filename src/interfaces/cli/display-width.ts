// Measures the width of a string in a terminal, and cuts strings to a given width.

/** Width, in terminal columns, of a text without control sequences: 0 per combining mark, 2 per CJK character or emoji. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/[\p{Mark}\u200c\u200d]/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** The text; if it is wider than `width` terminal columns, its end is replaced by an ellipsis. */
export function truncateToDisplayWidth(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${startWithinDisplayWidth(text, width - 1)}…`;
}

/**
 * The longest beginning of the text that fits into `width` columns; at least one character, even if that character is too wide.
 */
export function startWithinDisplayWidth(text: string, width: number): string {
  let cut = "";
  for (const character of text) {
    if (cut !== "" && displayWidth(cut + character) > width) break;
    cut += character;
  }
  return cut;
}
