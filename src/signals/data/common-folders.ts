// Finds the folders that all files have in common. The words in their names, such as acc in ~/acc-study, distinguish no files.

/** Returns the number of characters in the folders that all paths have in common, with the slash after each. */
export function commonFoldersOfPaths(paths: readonly string[]): number {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const differing = first.findIndex((folder, i) => others.some((folders) => folders[i] !== folder));
  const common = differing < 0 ? first : first.slice(0, differing);
  return common.reduce((length, folder) => length + folder.length + 1, 0);
}
