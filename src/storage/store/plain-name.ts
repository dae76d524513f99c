// Names that come from somebody else's files and become a part of a path. A name that passes stays in its directory.

/** One step of a path: neither empty, nor "." or "..", without separators and control characters. */
export function isPlainName(name: string): boolean {
  // `__proto__` is a fine file name, but no key of an object, and these names are both.
  if (name === "" || name === "." || name === ".." || name === "__proto__" || name.length > 255) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return !/[/\\\u0000-\u001f\u007f]/.test(name);
}

/** Plain names joined by "/", as a file inside a folder is named. */
export function isPathInside(path: string): boolean {
  return path.split("/").every(isPlainName);
}
