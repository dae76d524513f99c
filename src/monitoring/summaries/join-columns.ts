import type { Columns } from "./summarize.ts";

/** Concatenates columns with the same name. The names are those in the first part; there must be at least one part. */
export function joinColumns(parts: readonly Columns[]): Columns {
  if (parts.length === 1) return parts[0]!;
  return Object.fromEntries(
    Object.keys(parts[0]!).map((name) => {
      const whole = new Float32Array(parts.reduce((sum, part) => sum + part[name]!.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part[name]!, at);
        at += part[name]!.length;
      }
      return [name, whole];
    }),
  );
}

/** Returns the columns with these names, each with at most `most` samples. */
export function firstSamplesOfColumns(columns: Columns, names: readonly string[], most: number): Columns {
  return Object.fromEntries(
    names.map((name) => {
      const column = columns[name]!;
      // A view would keep the whole column in memory, so this is a copy.
      return [name, most >= column.length ? column : column.slice(0, most)];
    }),
  );
}
