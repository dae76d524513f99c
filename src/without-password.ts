/**
 * Removes the user name and password from an HTTP or PostgreSQL address; the password may contain an @. Other words are left
 * unchanged.
 */
export function withoutPassword(word: string): string {
  return word.replace(/^((?:https?|postgres(?:ql)?):[/\\]*)[^/\\?#]*@/i, "$1");
}
