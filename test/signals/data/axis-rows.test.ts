// Tests tables with one row per axis and time.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const axes = ["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"];
const value = (i: number, a: number): number => Math.sin(i / 7 + a) + (a === 2 ? 9.8 : 0);
const cells = axes.flatMap((axis, a) =>
  Array.from({ length: 6000 }, (_, i) => ({
    i,
    a,
    line: `ann,walk,${(i / 50).toFixed(2)},${axis},${value(i, a).toFixed(5)}`,
  })),
);

async function read(lines: readonly string[]) {
  const { path } = folderOf({ "a.csv": `user,activity,time_s,axis,value\n${lines.join("\n")}\n` });
  return readRecordings([path("a.csv")], { requireLabels: false });
}

test.each([
  ["all axes of a time together", cells.toSorted((one, other) => one.i - other.i || one.a - other.a)],
  ["one axis after the other", cells],
])("reads a table with %s", async (_, sorted) => {
  const { recordings, quality } = await read(sorted.map(({ line }) => line));
  expect(recordings.channels).toEqual(axes);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
  expect(recordings.time.length).toBe(6000);
  for (const i of [0, 77, 5999])
    for (const a of axes.keys()) expect(recordings.values[a]![i]).toBeCloseTo(value(i, a), 4);
  expect(quality.warnings.join()).toContain('each row holds the value of one axis, given in column "axis"');
});

test("keeps rows that share a time because the clock counts seconds", async () => {
  const coarse = cells
    .toSorted((one, other) => one.i - other.i || one.a - other.a)
    .map(({ i, a }) => `ann,walk,${1714816800 + Math.floor(i / 50)},${axes[a]},${value(i, a).toFixed(5)}`);
  const { recordings, quality } = await read(coarse);
  expect(recordings.time.length).toBe(6000);
  expect(quality.sampling.rate_hz! / 50).toBeCloseTo(1, 2);
});
