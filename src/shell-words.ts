// Commands printed for users to run: a POSIX shell reads every word back unchanged, and no word contains characters that control
// a terminal.

import { visible } from "./visible.ts";

/** A command line; words that are paths go through `shellPath` first. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A path that no program mistakes for an option. */
export function shellPath(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  // The quoting of bash, zsh, ksh and POSIX 2024, byte by byte, since \u depends on the locale.
  const quoted = Array.from(word, (character) => {
    if (visible(character) === character) return character.replace(/['\\]/, "\\$&");
    return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  });
  return `$'${quoted.join("")}'`;
}
