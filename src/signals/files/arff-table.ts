// Reads ARFF, the text format of Weka: a line for each attribute with its name, and below @data the values, separated by commas.
// Sparse rows in braces are not read.

import { linesOfText, writeLines } from "./text-lines.ts";

const attribute = /^@attribute\s+("[^"]*"|'[^']*'|\S+)/i;

/** Whether a text begins as an ARFF file does, perhaps after comments. */
export function isArff(lines: readonly string[]): boolean {
  const first = lines.find((line) => line.trim() !== "" && !line.startsWith("%"));
  return first !== undefined && /^@relation\b/i.test(first.replace(/^\ufeff/, ""));
}

/** Writes the table with a line of names in place of all lines up to @data. Returns the number of these lines. */
export async function arffAsTable(path: string, out: string): Promise<number> {
  let above = 0;
  const table = async function* (): AsyncGenerator<string> {
    const names: string[] = [];
    let isData = false;
    for await (const text of linesOfText(path)) {
      const line = text.trim();
      if (isData) {
        yield line.startsWith("%") ? "" : line.split(",").map(valueOfArff).join(",");
        continue;
      }
      above++;
      const name = attribute.exec(line)?.[1]?.replace(/^["'](.*)["']$/, "$1");
      if (name !== undefined) names.push(/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
      isData = /^@data\b/i.test(line);
      if (isData) yield names.join(",");
    }
  };
  await writeLines(table(), out);
  return above;
}

function valueOfArff(cell: string): string {
  const value = cell.trim();
  if (value === "?") return "";
  return value.length > 1 && value.startsWith("'") && value.endsWith("'") ? value.slice(1, -1) : value;
}
