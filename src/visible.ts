/** Characters that control a terminal or disturb its display: C0, DEL and C1, line separators, lone surrogates, and changes of text direction. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** The text in one line, with each such character in the form `\u001b`, which in JSON means the same character. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
