// Reads ARFF, Weka's text format: one line per attribute with its name, and the comma-separated values below @data. Names and
// values may be in single or double quotes. Sparse rows, which are in braces, are not supported.

import { linesOfText, writeTextLines } from "./text-lines.ts";

const attribute = /^@attribute\s+("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\S+)/i;
/** Matches a value and the comma that follows every value but the last. */
const value = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,]*)\s*(,|$)/y;

/** Whether text begins like an ARFF file, possibly after comments. */
export function isArff(lines: readonly string[]): boolean {
  const first = lines.find((line) => line.trim() !== "" && !line.startsWith("%"));
  return first !== undefined && /^@relation\b/i.test(first.replace(/^\ufeff/, ""));
}

/**
 * Writes the table, with a header line in place of all lines up to @data. Returns the number of lines that the header line
 * replaces.
 */
export async function arffAsTable(path: string, out: string): Promise<number> {
  let above = 0;
  const table = async function* (): AsyncGenerator<string> {
    const names: string[] = [];
    let isData = false;
    for await (const text of linesOfText(path)) {
      const line = text.trim();
      if (isData) {
        yield line.startsWith("%") ? "" : valuesOfArff(line).join(",");
        continue;
      }
      above++;
      const name = attribute.exec(line)?.[1];
      if (name !== undefined) names.push(cellOfArff(name));
      isData = /^@data\b/i.test(line);
      if (isData) yield names.join(",");
    }
  };
  await writeTextLines(table(), out);
  return above;
}

/** Returns a line's values as CSV cells; "?" stands for a missing value. */
function valuesOfArff(line: string): string[] {
  const cells: string[] = [];
  value.lastIndex = 0;
  for (let found = value.exec(line); found !== null; found = value.exec(line)) {
    const written = found[1]!.trim();
    cells.push(written === "?" ? "" : cellOfArff(written));
    if (found[2] === "") break;
  }
  return cells;
}

function cellOfArff(written: string): string {
  const text = /^(["']).*\1$/.test(written) ? written.slice(1, -1).replaceAll(/\\(.)/g, "$1") : written;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
