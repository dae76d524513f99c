// Tests rows that hold a few samples in numbered columns, as firmware writes that sends several samples at once.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const at = (i: number): number[] => [Math.sin(i / 6), 0.5 * Math.cos(i / 9), 9.8 + 0.3 * Math.sin(i / 4)];

const read = (names: readonly string[], row: (i: number) => readonly number[], columns = {}) => {
  const lines = Array.from({ length: 100 }, (_, i) => [100 * i, ...row(i).map((value) => value.toFixed(5))].join(","));
  const { path } = folderOf({ "a.csv": `${["time_ms", ...names].join(",")}\n${lines.join("\n")}\n` });
  return readRecordings([path("a.csv")], { requireLabels: false, columns });
};
const numbered = (form: string, count: number, start: number): string[] =>
  Array.from({ length: count }, (_, k) =>
    ["x", "y", "z"].map((axis) => form.replace("%", axis).replace("#", `${start + k}`)),
  ).flat();

test.each([
  ["x0 to z4", numbered("%#", 5, 0), ["x", "y", "z"]],
  ["acc_x_1 to acc_z_5", numbered("acc_%_#", 5, 1), ["acc_x", "acc_y", "acc_z"]],
])("reads the samples in %s one after another", async (_, names, channels) => {
  const { recordings, quality } = await read(names, (i) => [0, 1, 2, 3, 4].flatMap((k) => at(5 * i + k)));
  expect(recordings.channels).toEqual(channels);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  expect(recordings.time).toHaveLength(500);
  for (const [c, value] of at(123).entries()) expect(recordings.values[c]![123]).toBeCloseTo(value, 4);
  expect(quality.warnings.join()).toContain("each row holds 5 samples");
});

test("reads one of several sensors with numbers, and asks nothing of channels that are listed", async () => {
  const names = numbered("acc_%_#", 3, 1);
  const sensors = await read(names, (i) => [0, 2, 4].flatMap((offset) => at(3 * i).map((value) => value + offset)));
  expect(sensors.recordings.channels).toEqual(["acc_x_1", "acc_y_1", "acc_z_1"]);
  expect(sensors.recordings.time).toHaveLength(100);
  const listed = await read(names, (i) => [0, 1, 2].flatMap((k) => at(3 * i + k)), { channels: names });
  expect(listed.recordings.channels).toEqual(names);
});
