// Tests that rows in random order are reported, and that movement and rest in the order of measurement are not.
import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const rng = Rng.fromSeed(11);
const movement = Array.from({ length: 1200 }, (_, i) =>
  [0, 1, 2].map((c) => (c === 2 ? 9.8 : 0) + 3 * Math.sin(i / 4 + c) + 0.5 * rng.normal()),
);
/** Running at 2.6 steps per second, sampled so rarely that neighbouring rows are not alike. */
const steps = Array.from({ length: 1200 }, (_, i) =>
  [0, 1, 2].map((c) => (c === 2 ? 9.8 : 0) + 8 * Math.sin(2 * Math.PI * 0.26 * i + c) + 2 * rng.normal()),
);
const rest = movement.map((_, i) => [0, 1, 9.8].map((mean) => mean + 0.02 * rng.normal() + i / 1e5));

/** @param label the label of a row, by its position in the table */
function read(table: readonly number[][], label: (row: number) => string = () => "walk") {
  const lines = table.map((row, i) => `ann,${label(i)},${row.map((value) => value.toFixed(4)).join()}`);
  const { path } = folderOf({ "a.csv": `user,activity,acc_x,acc_y,acc_z\n${lines.join("\n")}\n` });
  return readRecordings([path("a.csv")], { requireLabels: false, labelColumn: "if found", nominalRateHz: 50 });
}

const shuffled = (table: readonly number[][]): number[][] => {
  const keys = Rng.fromSeed(2);
  return table
    .map((row) => ({ row, key: keys.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
};

const isReported = async (...table: Parameters<typeof read>): Promise<boolean> =>
  (await read(...table)).quality.warnings.some((warning) => warning.includes("rows seem to be in random order"));

test("reports rows that were shuffled, all together or within each label", async () => {
  expect(await isReported(shuffled(movement), (i) => `${i % 3}`)).toBe(true);
  const byLabel = [...shuffled(movement), ...shuffled(movement.map((row) => row.map((value) => value + 2)))];
  expect(await isReported(byLabel, (i) => (i < movement.length ? "walk" : "ride"))).toBe(true);
});

test("reports such steps if their rows were shuffled", async () => {
  expect(await isReported(shuffled(steps))).toBe(true);
});

test.each([
  ["movement", movement],
  ["steps that are sampled a few times each", steps],
  ["rest, whose noise is random", rest],
])("does not report %s in the order of measurement", async (_, table) => {
  expect(await isReported(table)).toBe(false);
});
