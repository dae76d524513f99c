// Two recordings whose rows alternate look like a single recording whose values jump back and forth.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { clockTable } from "./clocks.ts";
import { folderOf } from "./tables.ts";

const header = "time_s,Ax,Ay,Az";
const values = (t: number, phase: number): string =>
  [Math.sin(11 * t + phase), 0.5 * Math.cos(7 * t + phase), 9.7 + Math.sin(5 * t + 2 * phase)]
    .map((value) => value.toFixed(5))
    .join(",");

test("rows of two recordings that alternate are named", async () => {
  const lines = Array.from({ length: 600 }, (_, i) => {
    const t = Math.floor(i / 2) / 50;
    return `${(t + (i % 2) * 0.007).toFixed(3)},${values(t, (i % 2) * 2)}`;
  });
  const { path } = folderOf({ "two.csv": `${[header, ...lines].join("\n")}\n` });
  const read = readRecordings([path("two.csv")], { requireLabels: false });
  await expect(read).rejects.toThrow(
    'Recording "two" of person "unknown": the values jump back and forth from row to row, so the rows of two sensors',
  );
});

test.each([2, 3, 4])("rows of a second device at 1/%d of the rate are named", async (ratio) => {
  const lines = Array.from({ length: 600 }, (_, i) => [
    `${(i / 50).toFixed(3)},${values(i / 50, 0)}`,
    ...(i % ratio === 0 ? [`${(i / 50 + 0.006).toFixed(3)},${values(i / 50, 2)}`] : []),
  ]).flat();
  const { path } = folderOf({ "second.csv": `${[header, ...lines].join("\n")}\n` });
  const read = readRecordings([path("second.csv")], { requireLabels: false });
  await expect(read).rejects.toThrow("% of the rows do not fit between their neighbours, so the rows of two sensors");
});

test.each([10, 20])("rows of a second device at 1/%d of the rate are named, at any time", async (ratio) => {
  const lines = Array.from({ length: 600 }, (_, i) => [
    `${(i / 50).toFixed(3)},${values(i / 50, 0)}`,
    ...(i % ratio === 0 ? [`${(i / 50 + 0.001 + ((i * 7) % 18) / 1000).toFixed(3)},${values(i / 50, 2)}`] : []),
  ]).flat();
  const { path } = folderOf({ "second.csv": `${[header, ...lines].join("\n")}\n` });
  const read = readRecordings([path("second.csv")], { requireLabels: false });
  await expect(read).rejects.toThrow(/of the \d+ rows examined come between two regular samples .* two sensors/);
});

test("rows of a second device at the times of the first are left out, with a warning", async () => {
  const lines = Array.from({ length: 600 }, (_, i) => [
    `${i / 50},${values(i / 50, 0)}`,
    ...(i % 20 === 0 ? [`${i / 50},${values(i / 50, 2)}`] : []),
  ]).flat();
  const { path } = folderOf({ "second.csv": `${[header, ...lines].join("\n")}\n` });
  const { quality } = await readRecordings([path("second.csv")], { requireLabels: false });
  expect(quality.rows.kept).toBe(600);
  expect(quality.warnings.join()).toContain("30 of 630 rows have the time of the row before, but other values");
});

test("one recording whose clock jitters by a whole step is not", async () => {
  let time = 0;
  const lines = Array.from({ length: 600 }, (_, i) => {
    time += -0.02 * Math.log(((i * 0.618034) % 1) + 0.001);
    return `${time.toFixed(4)},${values(time, 0)}`;
  });
  const { path } = folderOf({ "jitter.csv": `${[header, ...lines].join("\n")}\n` });
  const { quality } = await readRecordings([path("jitter.csv")], { requireLabels: false });
  expect(quality.warnings.join()).not.toContain("two sensors");
});

test("one recording, also at a low rate, is not", async () => {
  for (const rateHz of [50, 10]) {
    const { path } = folderOf({ "one.csv": clockTable("time_s", ({ i }) => i / rateHz, { rateHz }) });
    const { quality } = await readRecordings([path("one.csv")], { requireLabels: true });
    expect(quality.warnings.join()).not.toContain("jump back and forth");
  }
});

test("steps at a rate at which they go back and forth from row to row are not", async () => {
  const walk = (i: number): string => {
    const step = Math.sin((2 * Math.PI * 2 * i) / 5);
    return `${(i / 5).toFixed(1)},${(2 * step).toFixed(4)},${step.toFixed(4)},${(9.7 + 4 * step).toFixed(4)}`;
  };
  const { path } = folderOf({
    "slow.csv": `${[header, ...Array.from({ length: 400 }, (_, i) => walk(i))].join("\n")}\n`,
  });
  const { quality } = await readRecordings([path("slow.csv")], { requireLabels: false });
  expect(quality.sampling.rate_hz).toBeCloseTo(5, 6);
  expect(quality.warnings.join()).not.toContain("jump back and forth");
});
