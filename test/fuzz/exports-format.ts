// Fuzzes exports from apps, devices and data sets (test/exports) with typical damage: rows cut off, columns swapped or dropped,
// names repeated or missing, a different delimiter. If the damage does not change the meaning, the values must be read
// correctly. An error must give the next step, and must be Tidemark's own message rather than DuckDB's.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/errors.ts";
import type { Rng } from "../../src/random.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { type Export, storedExports } from "../exports/generate.ts";
import type { Format } from "./formats.ts";
import { byteMutations, type Mutation, nastyTexts, pick, several } from "./mutate.ts";

const folder = join(import.meta.dirname, "..", "exports");
const binaryFile = /\.(xlsx|cwa|gt3x|bin|fit)$/;
const delimiters = [",", ";", "\t", "|"] as const;
const untranslated =
  /\b(Conversion|Binder|Parser|Invalid Input|Catalog|IO|Internal|Out of Range|Not implemented) Error\b|duckdb/i;

interface Damage {
  readonly apply: Mutation<string>;
  /** Whether the damage leaves the tenth row unchanged, so that it must be read correctly. */
  readonly keepsTenthRow: boolean;
}

const inLines = (change: (lines: string[], rng: Rng) => string[]): Mutation<string> => {
  return (text, rng) => change(text.split("\n"), rng).join("\n");
};
const inCells = (change: (cells: string[], line: number, at: number) => string[]): Mutation<string> => {
  return (text, rng) => {
    const lines = text.split("\n");
    const counts = delimiters.map((mark) => lines.reduce((sum, line) => sum + line.split(mark).length, 0));
    const mark = delimiters[counts.indexOf(Math.max(...counts))]!;
    const at = rng.integer(Math.max(1, lines.at(-2)?.split(mark).length ?? 1));
    return lines.map((line, i) => (line === "" ? line : change(line.split(mark), i, at).join(mark))).join("\n");
  };
};

const damages: readonly Damage[] = [
  { apply: inLines((lines, rng) => lines.slice(0, Math.max(40, rng.integer(lines.length)))), keepsTenthRow: true },
  { apply: (text, rng) => text.slice(0, Math.floor(text.length * (0.8 + 0.2 * rng.uniform()))), keepsTenthRow: true },
  { apply: inLines((lines) => [...lines, ...lines.slice(0, 1)]), keepsTenthRow: true },
  { apply: inLines((lines, rng) => lines.toSpliced(30 + rng.integer(20), 0, lines[0]!)), keepsTenthRow: true },
  { apply: inLines((lines) => [...lines, "", "", ""]), keepsTenthRow: true },
  { apply: inLines((lines) => [lines[0]!, ...lines]), keepsTenthRow: false },
  { apply: inLines((lines) => lines.slice(1)), keepsTenthRow: false },
  {
    apply: inLines((lines, rng) => lines.toSpliced(rng.integer(lines.length), 1 + rng.integer(9))),
    keepsTenthRow: false,
  },
  {
    apply: inLines((lines, rng) => lines.with(rng.integer(lines.length), pick(nastyTexts, rng))),
    keepsTenthRow: false,
  },
  { apply: inLines((lines) => [...lines.slice(0, 1), ...lines.slice(1).toReversed()]), keepsTenthRow: false },
  { apply: (text) => text.replaceAll("\n", "\r\n"), keepsTenthRow: true },
  { apply: (text) => `\ufeff${text}`, keepsTenthRow: true },
  { apply: inCells((cells, _, at) => cells.toSpliced(at, 1)), keepsTenthRow: false },
  { apply: inCells((cells, line, at) => (line === 0 ? cells.toSpliced(at, 1) : cells)), keepsTenthRow: false },
  { apply: inCells((cells, _, at) => [...cells.slice(at), ...cells.slice(0, at)]), keepsTenthRow: false },
  {
    apply: inCells((cells, line, at) => (line === 0 ? [...cells.slice(at), ...cells.slice(0, at)] : cells)),
    keepsTenthRow: false,
  },
  {
    apply: inCells((cells, line, at) => (line === 0 ? cells.with(at % cells.length, cells[0]!) : cells)),
    keepsTenthRow: false,
  },
  {
    apply: inCells((cells, line, at) => (line === 20 ? cells.with(at % cells.length, "ERR") : cells)),
    keepsTenthRow: false,
  },
  { apply: (text) => text.replaceAll(",", ";"), keepsTenthRow: false },
  { apply: (text) => text.replaceAll(/[,;\t]/g, " "), keepsTenthRow: false },
  { apply: (text) => text.replaceAll(/(\d)\.(\d)/g, "$1,$2"), keepsTenthRow: false },
];

const isBinary = (bytes: Uint8Array): boolean => bytes.includes(0) || (bytes[0] === 0x1f && bytes[1] === 0x8b);

/** @param name `exports` for all exports, with binary files unchanged; `devices` for one of the binary files, damaged */
export function exportsFormat(name: "exports" | "devices"): Format {
  const exports = storedExports().filter(
    ([own, { files }]) =>
      name === "exports" || files.every((file) => binaryFile.test(file) && existsSync(join(folder, own, file))),
  );
  let drawn: { own: Export; keepsTenthRow: boolean } | undefined;
  return {
    name,
    mutate: (rng) => {
      const [drawnName, own] = pick(exports, rng);
      const files = own.files.filter(
        (file) => !/[*?[\]]/.test(file) && statSync(join(folder, drawnName, file)).isFile(),
      );
      const damage = pick(damages, rng);
      const damaged = rng.integer(Math.max(1, files.length));
      drawn = { own, keepsTenthRow: name === "exports" && damage.keepsTenthRow && files.length === 1 };
      return Object.fromEntries(
        files.map((file, f) => {
          const bytes = readFileSync(join(folder, drawnName, file));
          if (name === "devices") return [file, several<Uint8Array>(bytes, byteMutations, rng, 3)];
          if (f !== damaged || isBinary(bytes)) return [file, bytes];
          return [file, damage.apply(bytes.toString("utf8"), rng)];
        }),
      );
    },
    use: async (directory, files) => {
      const { own, keepsTenthRow } = drawn!;
      const { rate, ...columns } = own.options as { rate?: number };
      const paths = Object.keys(files).map((name) => join(directory, name));
      if (paths.length === 0) return;
      const read = readRecordings(paths, { requireLabels: false, columns, nominalRateHz: rate ?? 50 });
      const found = await read.catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        if (untranslated.test(error.message)) throw new Error(`not translated: ${error.message}`);
        if (error.advice === undefined) throw new Error(`no way forward: ${error.message}`);
        throw error;
      });
      const { expect } = own;
      if (!keepsTenthRow || !("channels" in expect)) return;
      for (const [c, channel] of expect.channels.entries()) {
        const values = found.recordings.values[found.recordings.channels.indexOf(channel)];
        const [value, wanted] = [values?.[9] ?? Number.NaN, expect.row[c]!];
        if (!(Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted))))
          throw new Error(`${own.device}: ${channel} is ${value} in the tenth row instead of ${wanted}`);
      }
    },
  };
}
