// Leaves out lines of numbers that do not have one value per column, as serial ports and Bluetooth produce when bytes are lost.
// They are searched for only after reading has failed on one. Lines with words are not left out, because they may be remarks or
// the names of another table.

import { counted } from "../../counted.ts";
import { percent } from "../../percent.ts";
import { hasOpenQuote, splitLineByLayout } from "./text-layout.ts";
import { isBlankLine, linesOfText, writeTextLines } from "./text-lines.ts";

/** Maximum share of a table's lines that may be damaged, the same as for missing values. */
const mostDamaged = 0.01;
const separators = [",", ";", "\t", "|", "spaces"] as const;
const numbersOnly = /^[\s,;|\d.eE+-]*$/;

/**
 * Copies a table without damaged lines, each of which becomes an empty line.
 * @param path of uncompressed text
 * @param width number of columns
 * @returns a warning's text; undefined if the table has none or too many such lines, or other lines of the wrong width
 */
export async function withoutDamagedLines(path: string, out: string, width: number): Promise<string | undefined> {
  let separator: (typeof separators)[number] | undefined;
  let [line, rows, damaged] = [0, 0, 0];
  let first = "";
  let isOther = false;
  const repaired = async function* (): AsyncGenerator<string> {
    for await (const text of linesOfText(path)) {
      line++;
      separator ??= separators.find((own) => splitLineByLayout(text, own).length === width);
      if (separator === undefined || isBlankLine(text)) {
        yield text;
        continue;
      }
      rows++;
      isOther ||= hasOpenQuote(text);
      if (splitLineByLayout(text, separator).length === width) {
        yield text;
        continue;
      }
      isOther ||= !numbersOnly.test(text);
      damaged++;
      if (first === "") first = `line ${line}: ${JSON.stringify(text.slice(0, 40))}`;
      yield "";
    }
  };
  await writeTextLines(repaired(), out);
  if (isOther || damaged === 0 || damaged > mostDamaged * rows) return undefined;
  const share = percent(damaged / rows, { significant: 2 });
  return `${counted(damaged, "line")} (${share}) ${damaged === 1 ? "does" : "do"} not have ${width} values, one per column, and ${damaged === 1 ? "is" : "are"} left out; the first is ${first}.`;
}
