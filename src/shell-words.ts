// Commands that are printed for a user to run: every word is read back by a POSIX shell as it was, and none holds a
// character that a terminal would obey.

import { visible } from "./visible.ts";

/** A command line; words that are paths go through `shellPath` first. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A path that no program takes for an option. */
export function shellPath(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  // Quoting of bash, zsh, ksh and POSIX 2024, in bytes: \u depends on the locale.
  const quoted = Array.from(word, (character) => {
    if (visible(character) === character) return character.replace(/['\\]/, "\\$&");
    return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  });
  return `$'${quoted.join("")}'`;
}
