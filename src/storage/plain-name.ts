// Checks names that come from untrusted files and become part of a path. A plain name cannot lead out of its directory.

/** One path segment of 1 to 255 characters: not "." or "..", and without separators or control characters. */
export function isPlainName(name: string): boolean {
  // Plain names are also used as keys of objects, and `__proto__` cannot be a key.
  if (name === "" || name === "." || name === ".." || name === "__proto__" || name.length > 255) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them.
  return !/[/\\\u0000-\u001f\u007f]/.test(name);
}

/** Plain names joined by "/", such as the path of a file inside a folder. */
export function isPlainPath(path: string): boolean {
  return path.split("/").every(isPlainName);
}
