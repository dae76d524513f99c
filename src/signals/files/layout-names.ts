// Composes the names of the columns from the lines above a table: names, units, groups and levels.

/** Matches the mark before names that are written as a comment, as in # acc_x, acc_y. */
export const commentMark: RegExp = /^\s*(?:#+|%+(?=\s))\s*(?=\p{L})/u;

/**
 * Whether most values in a line are empty, because a spreadsheet pads every line with separators, even those before the table.
 */
export function isPaddedTitleInLayout(values: readonly string[]): boolean {
  return 2 * values.filter((value) => value !== "").length < values.length;
}

/**
 * Returns the names of the columns from lines that begin with keys. LabChart writes keys such as "ChannelTitle=" and
 * "UnitName=" above the column of times, followed by the names and units of the other columns.
 */
function layoutNamesAfterKeys(lines: readonly (readonly string[])[]): string[] | undefined {
  const line = (form: RegExp): readonly string[] | undefined => lines.find(([key]) => form.test(key!))?.slice(1);
  const units = line(/^unit/i) ?? line(/^range/i)?.map((range) => /[A-Za-z/^²°]+$/.exec(range)?.[0] ?? "");
  const titles = line(/title|channel|name/i);
  return titles === undefined
    ? undefined
    : ["Time", ...titles.map((title, i) => ((units?.[i] ?? "") === "" ? title : `${title} (${units![i]})`))];
}

/** Whether a line says how values were processed; Campbell's loggers write such a line below the units. */
function isProcessingInLayout(line: readonly string[]): boolean {
  return line.every((word) => /^(|smp|avg|max|min|std|tot|med|tmx|tmn)$/i.test(word));
}

/** Matches the text that pandas writes in place of a name missing from one of several header lines. */
const unnamedByPandas = /^Unnamed: \d+(_level_\d+)?$/;

/**
 * Composes the names of the columns. The first header line contains the names; the last of several lines may contain their
 * units. If names repeat, as in a line of sensors above a line of axes, each name is composed from the names in all lines.
 * pandas writes index names on a separate line below the names.
 */
export function layoutNamesWithUnits(written: readonly (readonly string[])[]): string[] | undefined {
  if (written.length > 0 && written.every(([key]) => /\w=$/.test(key!))) return layoutNamesAfterKeys(written);
  const lines = written.map((line) =>
    line.map((name, i) => (unnamedByPandas.test(name) ? "" : i === 0 ? name.replace(commentMark, "") : name)),
  );
  const [names, ...others] = lines;
  if (names === undefined) return undefined;
  const given = names.filter((name) => name !== "");
  const areLevels = others.length > 0 && new Set(given).size < given.length;
  const last = others.at(-1);
  const isIndex =
    last !== undefined &&
    isPaddedTitleInLayout(last) &&
    last.every((name, i) => name === "" || names[i] === "" || (areLevels && others.length > 1));
  const index = isIndex ? last : names.map(() => "");
  const below = (isIndex ? others.slice(0, -1) : others).filter((line, l) => l === 0 || !isProcessingInLayout(line));
  if (areLevels)
    return names.map(
      (name, i) => index[i] || [name, ...below.map((line) => line[i]!)].filter((part) => part !== "").join("_"),
    );
  const units = below.at(-1);
  // A group name is above the group's first column, and the line below has the names of all its columns.
  if (units !== undefined && names.some((name, i) => name === "" && units[i] !== "" && index[i] === "")) {
    let group = "";
    return names.map((name, i) => {
      if (name !== "") group = name;
      return index[i] || [name === "" ? group : name, units[i]!].filter((part) => part !== "").join("_");
    });
  }
  return names.map((name, i) => {
    const unit = (units?.[i] ?? "").replace(/^[([](.*)[)\]]$/, "$1");
    if (index[i] !== "") return index[i]!;
    return /^-*$|no.?units|^cal$|^raw$/i.test(unit) ? name : `${name} (${unit})`;
  });
}
