// Tests that files of several devices of one person are reported if they cover the same time.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const file = (from: number, phase: number): string =>
  `time_s,acc_x,acc_y,acc_z\n${Array.from({ length: 1000 }, (_, i) =>
    [
      (from + i / 50).toFixed(2),
      Math.sin(i / 7 + phase).toFixed(4),
      Math.cos(i / 5 + phase).toFixed(4),
      (9.8 + Math.sin(i / 9 + phase) / 5).toFixed(4),
    ].join(),
  ).join("\n")}\n`;

const isReported = async (starts: readonly [number, number], columns: object): Promise<boolean> => {
  const { path } = folderOf({ "01_act.csv": file(starts[0], 0), "01_acw.csv": file(starts[1], 2) });
  const { quality } = await readRecordings([path("*.csv")], { requireLabels: false, columns });
  return quality.warnings.some((warning) =>
    warning.includes('"01_act" and "01_acw" of person "01" cover the same time'),
  );
};
const people = { groupFromPath: "{person}_*.csv" };
const start = 1_714_816_800;

test("reports recordings of one person that overlap", async () => {
  expect(await isReported([start, start], people)).toBe(true);
  expect(await isReported([start, start + 8], people)).toBe(true);
});

test("does not report recordings one after another, with times since their starts, or of people who are not known", async () => {
  expect(await isReported([start, start + 19], people)).toBe(false);
  expect(await isReported([0, 0], people)).toBe(false);
  expect(await isReported([start, start], {})).toBe(false);
});
