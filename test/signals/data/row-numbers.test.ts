// A column called "id" identifies people, unless it numbers the rows.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const table = (id: (row: number) => number | string): string => {
  const lines = Array.from({ length: 100 }, (_, i) => [id(i), i / 50, Math.sin(i), Math.cos(i), 9.8].join(","));
  return `${["id,time,acc_x,acc_y,acc_z", ...lines].join("\n")}\n`;
};

test.each<[string, (row: number) => number | string, string[], boolean]>([
  ["people", () => "ann", ["ann"], false],
  ["row numbers", (row) => row + 1, ["unknown"], true],
])("%s", async (_, id, people, isNamed) => {
  const { path } = folderOf({ "a.csv": table(id) });
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: false });
  expect(Object.keys(quality.persons)).toEqual(people);
  expect(quality.warnings.some((own) => own.includes('column "id" numbers the rows'))).toBe(isNamed);
});

test("numbers of pieces of one recording are no people, but people with recordings of their own are", async () => {
  const pieces = folderOf({ "a.csv": table((row) => Math.floor(row / 10)) });
  const read = await readRecordings([pieces.path("a.csv")], { requireLabels: false });
  expect(Object.keys(read.quality.persons)).toEqual(["unknown"]);
  expect(read.quality.warnings).toContainEqual(expect.stringMatching(/column "id" numbers pieces of recordings/));
  const restarting = table((row) => Math.floor(row / 10)).replace(
    /^(\d+),([\d.]+),/gm,
    (_, id: string, time: string) => `${id},${(Number(time) - Number(id) / 5).toFixed(2)},`,
  );
  const people = folderOf({ "a.csv": restarting });
  const { quality } = await readRecordings([people.path("a.csv")], { requireLabels: false });
  expect(Object.keys(quality.persons)).toHaveLength(10);
});
