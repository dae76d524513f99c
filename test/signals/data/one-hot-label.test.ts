// Tests labels that are spread over columns of 0 and 1.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const classes = ["walk", "run", "sit"];

function table(names: readonly string[], flags: (i: number) => readonly (number | string)[]): string {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const values = [Math.sin(i / 9), Math.cos(i / 7), 9.8].map((value) => value.toFixed(4));
    return ["ann", (i / 50).toFixed(2), ...values, ...flags(i)].join(",");
  });
  return `${["user,time_s,acc_x,acc_y,acc_z", ...names].join(",")}\n${lines.join("\n")}\n`;
}

const oneOf = (i: number): number[] => classes.map((_, c) => Number(c === Math.floor(i / 100)));

async function labelsOf(files: Record<string, string>, columns = {}) {
  const { path, names } = { ...folderOf(files), names: Object.keys(files) };
  const { recordings, quality } = await readRecordings(names.map(path), { requireLabels: true, columns });
  return { labels: recordings.stretches.map(({ label }) => label), quality };
}

test.each([
  ["plain names", ["walk", "run", "sit"], oneOf],
  ["names with one beginning", ["label_walk", "label_run", "label_sit"], oneOf],
  ["words", ["walk", "run", "sit"], (i: number) => oneOf(i).map((flag) => (flag === 1 ? "True" : "False"))],
  ["an activity that does not occur", ["walk", "run", "sit", "jump"], (i: number) => [...oneOf(i), 0]],
])("%s: the class with a 1 is the label", async (_, names, flags) => {
  const { labels, quality } = await labelsOf({ "a.csv": table(names, flags) });
  expect(labels).toEqual(["walk", "run", "sit"]);
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(/each row has a 1 in at most one of the columns .*run, /),
  );
});

test("an activity apart from the others is a class as well", async () => {
  const names = ["walk", "run", "sit", "gyro_x", "gyro_y", "gyro_z", "jump"];
  const flags = (i: number) => [...oneOf(i).map((flag) => (i < 280 ? flag : 0)), 0.1, 0.2, i / 999, Number(i >= 280)];
  expect((await labelsOf({ "a.csv": table(names, flags) })).labels).toEqual(["walk", "run", "sit", "jump"]);
});

test("none of several sets of such columns is read as the label", async () => {
  const names = ["pocket", "hand", "bag", "gyro_x", "gyro_y", "gyro_z", ...classes];
  const flags = (i: number) => [...oneOf((i * 10) % 300), 0.1, 0.2, i / 999, ...oneOf(i)];
  const files = { "a.csv": table(names, flags) };
  const refused = labelsOf(files);
  await expect(refused).rejects.toThrow(
    /each row has a 1 in at most one of the columns pocket, hand, bag, and of walk, run, sit/,
  );
  await expect(refused).rejects.toMatchObject({ advice: expect.stringContaining("--label pocket,hand,bag") });
  expect((await labelsOf(files, { label: "walk,run,sit" })).labels).toEqual(["walk", "run", "sit"]);
});

test("rows without a 1 are unlabelled", async () => {
  const { labels, quality } = await labelsOf({ "a.csv": table(classes, (i) => (i < 50 ? [0, 0, 0] : oneOf(i))) });
  expect(labels).toEqual(["walk", "run", "sit"]);
  expect(quality.rows.dropped.missing_label).toBe(50);
});

test("a later file may contain one class", async () => {
  const files = { "a.csv": table(classes, oneOf), "b.csv": table(classes, () => [0, 0, 1]) };
  expect((await labelsOf(files)).labels).toEqual(["walk", "run", "sit", "sit"]);
});

test("columns that do not exclude each other are no label, and refused if they are named", async () => {
  const files = { "a.csv": table(classes, (i) => [1, ...oneOf(i).slice(1)]) };
  await expect(labelsOf(files)).rejects.toThrow(/no column for the activity label was found/);
  await expect(labelsOf(files, { label: "walk,run,sit" })).rejects.toThrow(
    /expected a 1 in at most one of these columns/,
  );
});
