// Columns with a decimal comma beside columns with a decimal point.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const values = Array.from({ length: 400 }, (_, i) => [Math.sin(i / 9), 500 + Math.cos(i / 9), 9.8 + Math.sin(i / 7)]);

test.each([
  ["whose commas might separate thousands", (x: number) => x.toFixed(3)],
  ["with spaces before the numbers", (x: number) => x.toFixed(4).padStart(14)],
  ["with exponents", (x: number) => x.toExponential(7)],
])("numbers with a decimal comma are read beside times with a decimal point, even %s", async (_, text) => {
  const rows = values.map((row, i) => {
    const cells = row.map((x, axis) => (i === 3 && axis === 1 ? "null" : text(x).replace(".", ",")));
    return [(i / 50).toFixed(3), ...cells].join(";");
  });
  const { path } = folderOf({ "a.csv": `time;ax;ay;az\n${rows.join("\n")}\n` });
  const { recordings, quality } = await readRecordings([path("a.csv")], { requireLabels: false });
  expect(recordings.channels).toEqual(["ax", "ay", "az"]);
  expect(quality.rows.kept).toBe(399);
  for (const [axis, column] of recordings.values.entries()) expect(column[200]).toBeCloseTo(values[201]![axis]!, 2);
});
