// A walk whose peaks exceed the range of the sensor, or of the numbers that store its values.

import { describe, expect, test } from "vitest";
import { exceededRangeWarnings } from "../../../src/signals/data/exceeded-range.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const noise = (i: number): number => Math.sin(i * 12.9898) * 0.05;
/** Accelerations in g at 50 Hz, with peaks of 1.2 times the amplitude. */
const walk = (amplitude: number, count = 3000): number[] =>
  Array.from({ length: count }, (_, i) => {
    const phase = (2 * Math.PI * 1.7 * i) / 50;
    return amplitude * (Math.sin(phase) + 0.2 * Math.sin(2 * phase + 1)) + noise(i);
  });
const clip = (limit: number) => (value: number) => Math.min(limit, Math.max(-limit, value));
const overflow = (value: number): number => {
  const number = Math.round(value * 16_384);
  return ((((number + 32_768) % 65_536) + 65_536) % 65_536) - 32_768;
};

const warningsOf = (values: readonly number[]): string =>
  exceededRangeWarnings({
    recordings: [{ user: "ann", recording: "r1", rows: values.length, start: 0, end: values.length } as never],
    channels: ["ax"],
    values: (_, from, to) => Float32Array.from(values.slice(from, to)),
  }).join("\n");

describe("movements that exceed the range", () => {
  test("values that repeat their limit are clipped", () => {
    const values = walk(2.4).map(clip(2));
    const share = values.filter((value) => Math.abs(value) === 2).length / values.length;
    expect(warningsOf(values)).toBe(
      `Channel ax is clipped: ${(100 * share).toFixed(1)} % of the values are exactly -2 or 2 (recording "r1" of person "ann"). The movement exceeds the sensor's range, so its peaks are missing.`,
    );
  });

  test("numbers that overflow jump from one end of their range to the other", () => {
    const values = walk(2.1).map(overflow);
    expect(Math.max(...values)).toBeGreaterThan(32_000);
    expect(warningsOf(values)).toMatch(/^Channel ax jumps \d+ times between -3\d{4} and 3\d{4} \(recording "r1"/);
  });

  test.each([
    ["movement within the range", walk(1.9)],
    ["rounded values", walk(1.9).map((value) => Math.round(value * 5) / 5)],
    ["zeros in place of lost samples", walk(0.4).map((value, i) => (i % 50 < 5 ? 0 : value + 2))],
    ["a flat channel", walk(0).map(() => 1)],
    ["a single blow", walk(0.1).map((value, i) => (i === 700 ? 2 : i === 701 ? -2 : value))],
  ])("cause no warning about %s", (_, values) => {
    expect(warningsOf(values)).toBe("");
  });

  test("the quality report of a file names them", async () => {
    const rows = walk(2.4).map((value, i) => [
      i / 50,
      clip(2)(value).toFixed(4),
      overflow(value) / 16_384,
      1 + noise(i),
    ]);
    const { path } = folderOf({ "a.csv": `time_s,ax,ay,az\n${rows.map((row) => row.join(",")).join("\n")}\n` });
    const { quality } = await readRecordings([path("a.csv")], { requireLabels: false });
    expect(quality.warnings.join("\n")).toMatch(/Channel ax is clipped: .* exactly -2 or 2[\s\S]*Channel ay jumps/);
  });
});
