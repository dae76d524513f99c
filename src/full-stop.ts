/** Adds a full stop to the text, unless it already ends with sentence punctuation. */
export function withFullStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
