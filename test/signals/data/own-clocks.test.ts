// Two sensors side by side, each with its own clock, are joined by time unless the clocks agree.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

/**
 * @param gyroscope true time of the gyroscope's sample in row i, in ms
 * @param written what the gyroscope's clock shows in row i
 */
function table(gyroscope: (i: number) => number, written = gyroscope): string {
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const t = gyroscope(i) / 1000;
    const turning = [Math.sin(2 * t), 0.1, t].map((value) => value.toFixed(4));
    return [20 * i, Math.sin(i / 50).toFixed(4), 0.2, 9.8, written(i).toFixed(1), ...turning].join(",");
  });
  return `time_acc,ax,ay,az,time_gyr,gx,gy,gz\n${rows.join("\n")}\n`;
}

const read = (content: string) =>
  readRecordings([folderOf({ "a.csv": content }).path("a.csv")], {
    requireLabels: false,
    columns: { time: content.slice(0, content.indexOf(",")) },
  });

test.each([
  ["twice as fast", (i: number) => 10 * i, 500],
  ["1 % too slow", (i: number) => 20.2 * i, 1000],
])("a gyroscope whose clock is %s is joined by its own clock", async (_, clock, rows) => {
  const { recordings, quality } = await read(table(clock));
  expect(recordings.channels).toEqual(["ax", "ay", "az", "gx", "gy", "gz"]);
  expect(recordings.time.length).toBeGreaterThanOrEqual(rows - 1);
  expect(recordings.time.length).toBeLessThanOrEqual(rows + 1);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  const [at, turning] = [recordings.time[400]!, recordings.values[5]![400]!];
  expect(recordings.values[0]![400]).toBeCloseTo(Math.sin(at), 3);
  expect(turning).toBeCloseTo(at, 2);
  expect(quality.warnings.join()).toMatch(/ax, ay, az \(time_acc\) and gx, gy, gz \(time_gyr\) have their own clocks/);
});

test("clocks that agree but for a shift are one clock", async () => {
  const { recordings, quality } = await read(table((i) => 20 * i + 3.5));
  expect(recordings.time).toHaveLength(1000);
  expect(recordings.values[5]![400]).toBeCloseTo(8.0035, 3);
  expect(quality.warnings.join()).not.toMatch(/clocks of their own/);
});

test.each([
  ["counts nanoseconds", (i: number) => 20e6 * i, /^(?!.*no time in common)/],
  ["counts from another time", (i: number) => 1e6 + 20 * i, /^(?!.*no time in common)/],
  ["counts from another time at another pace", (i: number) => 1e6 + 20.2 * i, /"time_gyr" have no time in common/],
])("a clock that %s does not shift its sensor", async (_, clock, warning) => {
  const { recordings, quality } = await read(table((i) => 20 * i, clock));
  expect(recordings.time).toHaveLength(1000);
  expect(recordings.values[5]![400]).toBeCloseTo(8, 3);
  expect(quality.warnings.join()).not.toMatch(/clocks of their own/);
  expect(quality.warnings.join()).toMatch(warning);
});
