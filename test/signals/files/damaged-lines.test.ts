// Tests lines of numbers that lost some of their values, as in logs of serial ports.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const row = (i: number): string => [i / 50, Math.sin(i / 5).toFixed(4), 0.2, 9.8].join(",");
const rows = Array.from(Array(400).keys(), row);

const read = (lines: readonly string[]) => {
  const { path } = folderOf({ "a.csv": `time_s,ax,ay,az\n${lines.join("\n")}\n` });
  return readRecordings([path("a.csv")], { requireLabels: false });
};

test.each([
  ["has too few values", "2.02"],
  ["is two lines in one", "2.02,0.1,0.2,2.04,0.1,0.2,9.8"],
])("a line that %s is left out", async (_, line) => {
  const { quality, recordings } = await read(rows.with(101, line));
  expect(quality.rows.read).toBe(399);
  expect(recordings.time[101]).toBeCloseTo(2.04, 6);
  expect(quality.warnings.join()).toContain(
    `a.csv: 1 line (0.25 %) does not have 4 values, one per column, and is left out; the first is line 103: "${line}"`,
  );
});

test.each([
  ["more than 1 % of the lines", rows.map((line, i) => (i % 50 === 7 ? String(i / 50) : line))],
  ["lines of words", rows.with(101, "end of file")],
  ["rows of another table", [...rows, "time,speed", "1,2"]],
])("%s are refused", async (_, lines) => {
  await expect(read(lines)).rejects.toThrow(/values?; expected 4, one per column/);
});
