import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

/** Returns the warnings about 60 s at 50 Hz. @param row the measured row that row i of the file repeats, by axis */
async function frozenWarnings(row: (i: number, axis: number) => number): Promise<string[]> {
  const rng = Rng.fromSeed(5);
  const noise = Array.from({ length: 3000 }, () => [rng.normal(), rng.normal(), 9.8 + rng.normal()]);
  const lines = noise.map((_, i) => {
    const values = [0, 1, 2].map((axis) => noise[row(i, axis)]![axis]!.toFixed(5));
    return ["ann", "walk", i / 50, ...values].join();
  });
  const { path } = folderOf({ "a.csv": `user,activity,time_s,ax,ay,az\n${lines.join("\n")}\n` });
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: false });
  return quality.warnings.filter((warning) => warning.startsWith("No channel changes"));
}

test("rows that repeat for a second or longer are reported with their total length", async () => {
  const frozen = (i: number): number => (i >= 500 && i < 600 ? 500 : i >= 1000 && i < 1060 ? 1000 : i);
  expect(await frozenWarnings(frozen)).toEqual([
    'No channel changes during 3.2 s (5.3 % of the time), in stretches of a second or longer (recording "a" of person "ann"). Even a sensor at rest measures noise, so data was probably lost there, and the last row repeated.',
  ]);
});

test.each([
  ["every row is a measurement", (i: number) => i],
  ["rows repeat for less than a second", (i: number) => (i >= 500 && i < 540 ? 500 : i)],
  ["only one axis repeats", (i: number, axis: number) => (axis === 0 && i >= 500 && i < 900 ? 500 : i)],
])("no warning if %s", async (_, row) => {
  expect(await frozenWarnings(row)).toEqual([]);
});
