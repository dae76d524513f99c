// Tests tables in which each row holds several samples, usually with a single time for all of them.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const length = 10;
const value = (i: number, axis: number): number => Number((Math.sin(i / 7 + axis) - axis).toFixed(4));
const list = (from: number, axis: number): string =>
  JSON.stringify(Array.from({ length }, (_, k) => value(from + k, axis)));

/** @param stride samples from the start of a row to the start of the next */
function table(stride: number, time = true): string {
  const rows = Array.from({ length: 40 }, (_, i) =>
    [
      ...(time ? [((i * stride) / 50).toFixed(2)] : []),
      i < 20 ? "walk" : "sit",
      ...[0, 1, 2].map((axis) => `"${list(i * stride, axis)}"`),
    ].join(","),
  );
  return `${time ? "time_s," : ""}activity,acc_x,acc_y,acc_z\n${rows.join("\n")}\n`;
}

const read = (content: string, columns = {}) =>
  readRecordings([folderOf({ "a.csv": content }).path("a.csv")], {
    requireLabels: true,
    requirePeople: false,
    nominalRateHz: 50,
    columns,
  });

test.each([{}, { time: "time_s" }])("packets that continue are one recording, with options %o", async (columns) => {
  const { recordings, quality } = await read(table(length), columns);
  expect(quality.recordings).toBe(1);
  expect(recordings.time).toHaveLength(400);
  expect(recordings.stretches.map(({ label, start, end }) => [label, start, end])).toEqual([
    ["walk", 0, 200],
    ["sit", 200, 400],
  ]);
  for (const i of [0, 9, 10, 57, 399]) {
    expect(recordings.time[i]).toBeCloseTo(i / 50, 6);
    for (const axis of [0, 1, 2]) expect(recordings.values[axis]![i]).toBeCloseTo(value(i, axis), 4);
  }
  expect(quality.warnings.join()).toMatch(/each row holds a packet of 10 samples that the next row continues/);
});

test("a packet without samples is a gap", async () => {
  const lines = table(length).split("\n");
  lines[21] = '4.00,sit,"[]","[]","[]"';
  const { recordings } = await read(lines.join("\n"));
  expect(recordings.time).toHaveLength(390);
  expect(recordings.time[200]).toBeCloseTo(4.2, 6);
  expect(recordings.values[0]![200]).toBeCloseTo(value(210, 0), 4);
});

test.each([
  ["overlap", table(length / 2)],
  ["have pauses between them", table(3 * length + 2)],
  ["have no time", table(length, false)],
])("windows that %s are recordings of their own", async (_, content) => {
  const { quality } = await read(content);
  expect(quality.recordings).toBe(40);
  expect(quality.warnings.join()).toMatch(/each row holds a window of 10 samples/);
});
