/** Of an address with one, which may have an @ in it; other words as they are. */
export function withoutPassword(word: string): string {
  return word.replace(/^(https?:[/\\]*)[^/\\?#]*@/i, "$1");
}
