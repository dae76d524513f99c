// How wide a text is in a terminal, and how much of it fits.

/** Width of a visible text in terminal columns: 0 for combining marks, 2 for CJK and emoji. */
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

/** A visible text cut to `width` terminal columns; an ellipsis replaces its end. */
export function truncateToDisplayWidth(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${startWithinDisplayWidth(text, width - 1)}…`;
}

/** As many of the first characters as fit, but at least one, even if it is wider than the space. */
export function startWithinDisplayWidth(text: string, width: number): string {
  let cut = "";
  for (const character of text) {
    if (cut !== "" && displayWidth(cut + character) > width) break;
    cut += character;
  }
  return cut;
}
