// Rewrites samples that take several lines each, one value per line ("acc_x: 0.1"), as a table. The fields of an object may be
// indented below its name, as ROS's rostopic echo writes messages; their columns are named after the object and the field, like
// linear_acceleration.x. A sample ends where one of its names comes again, so that lines between samples (empty ones, or ---)
// need no meaning.

import { linesOfText, writeTextLines } from "./text-lines.ts";

const pairForm = /^(\s*)"?([A-Za-z_][\w .()/^²°-]{0,79}?)"?\s*[:=](.*)$/;
/** Matches lines between samples, and the items of lists. */
const otherForm = /^\s*(-{3,}|-\s.*)?$/;
/** Matches values that may be in a table: a number, a date or a name, but neither lists nor further names. */
const valueForm = /^[^[{:=]*$|^\D?\d[\d\s.,:TZ+-]*$/;

/** Minimum number of values per sample: three axes. */
const fewestNames = 3;
/** Minimum number of samples in the first lines. */
const fewestBlocks = 3;

/** Returns a function that finds the name and value in each of consecutive lines; undefined for a line without a value. */
function pairsOfLines(): (line: string) => readonly [name: string, value: string] | undefined {
  const parents: { readonly indent: number; readonly name: string }[] = [];
  return (line) => {
    const [, { length: indent } = "", name, after = ""] = pairForm.exec(line) ?? [];
    if (name === undefined) return undefined;
    const value = after.trim().replace(/,$/, "");
    while (parents.length > 0 && parents.at(-1)!.indent >= indent) parents.pop();
    if (value === "") {
      parents.push({ indent, name });
      return undefined;
    }
    if (!valueForm.test(value)) return undefined;
    return [[...parents.map((parent) => parent.name), name].join("."), value.replace(/^"(.*)"$/, "$1")];
  };
}

/** @param lines the first lines, without empty ones @returns the names in each block; undefined if the lines are not blocks */
export function keyValueBlocks(lines: readonly string[]): readonly string[] | undefined {
  if (!lines.every((line) => otherForm.test(line) || pairForm.test(line))) return undefined;
  const pairs = lines.map(pairsOfLines()).filter((pair) => pair !== undefined);
  const names = [...new Set(pairs.map(([name]) => name))];
  const blocks = pairs.filter(([name]) => name === names[0]).length;
  // The last block may be cut off.
  const isTable = names.length >= fewestNames && blocks >= fewestBlocks && pairs.length >= (blocks - 1) * names.length;
  return isTable ? names : undefined;
}

/** Writes the blocks as a table. @param names the names in each block, as found by `keyValueBlocks` */
export async function keyValueBlocksAsTable(path: string, out: string, names: readonly string[]): Promise<void> {
  const cell = (value: string): string => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const rowOf = (block: ReadonlyMap<string, string>): string =>
    names.map((name) => cell(block.get(name) ?? "")).join(",");
  const table = async function* (): AsyncGenerator<string> {
    yield names.map(cell).join(",");
    const pairOf = pairsOfLines();
    let block = new Map<string, string>();
    for await (const line of linesOfText(path)) {
      const pair = pairOf(line);
      if (pair === undefined) continue;
      if (block.has(pair[0])) {
        yield rowOf(block);
        block = new Map();
      }
      block.set(...pair);
    }
    if (block.size > 0) yield rowOf(block);
  };
  await writeTextLines(table(), out);
}
