import { expect, test } from "vitest";
import { groupFileWarnings } from "../../../src/signals/data/group-file-warnings.ts";

const paths = ["a/1.csv", "a/2.csv", "a/3.csv", "a/4.csv", "a/5.csv", "b and c.csv"];

test("one warning stands for many that differ only in the file, and names the others", () => {
  const warnings = ["No time column was found.", ...paths.slice(0, 5).map((path) => `${path}: the file has no names.`)];
  expect(groupFileWarnings(warnings, paths)).toEqual([
    "No time column was found.",
    "a/1.csv: the file has no names. The same holds for a/2.csv, a/3.csv, a/4.csv and 1 more.",
  ]);
});

test("pairs of files are grouped too", () => {
  const warnings = paths.slice(0, 4).map((path) => `${path} and b and c.csv are joined row by row.`);
  expect(groupFileWarnings(warnings, paths)).toEqual([
    "a/1.csv and b and c.csv are joined row by row. The same holds for a/2.csv and b and c.csv, a/3.csv and b and c.csv, a/4.csv and b and c.csv.",
  ]);
});

test("warnings that also differ in numbers are grouped, which the remaining one says", () => {
  const warnings = paths.map((path, i) => `${path}: ${1000 * i + 7} rows of 9,000 have no time.`);
  expect(groupFileWarnings(warnings, paths)).toEqual([
    "a/1.csv: 7 rows of 9,000 have no time. The same holds, with other numbers, for a/2.csv, a/3.csv, a/4.csv and 2 more.",
  ]);
});

test("warnings that differ in words, name no file or are few stay as they are", () => {
  const few = paths.slice(0, 3).map((path) => `${path}: the file has no names.`);
  const differing = paths.map((path, i) => `${path}: column "${"xyzabc"[i]}" has no numbers.`);
  const unnamed = Array.from({ length: 6 }, () => "No person column was found.");
  for (const warnings of [few, differing, unnamed]) expect(groupFileWarnings(warnings, paths)).toEqual(warnings);
});
