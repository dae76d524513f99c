/** What a terminal obeys or shows out of place: C0, DEL and C1, separators of lines, lone surrogates, and what turns the direction of text. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** The text in one line, each such character as `\u001b`; in a JSON text that stands for the same character. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
