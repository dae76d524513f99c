// Commands printed for users to run: the shell reads every word back unchanged, and no word contains characters that control a
// terminal.

import { visible } from "./visible.ts";

/** A command line. Callers must pass paths through `shellPath` first. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** Writes a path so that no program mistakes it for an option. */
export function shellPath(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  // The $'...' quotes of bash, zsh, ksh and POSIX 2024, with escapes for individual bytes because \u depends on the locale.
  const quoted = Array.from(word, (character) => {
    if (visible(character) === character) return character.replace(/['\\]/, "\\$&");
    return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  });
  return `$'${quoted.join("")}'`;
}
