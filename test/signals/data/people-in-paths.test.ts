// A column that names the same person in every file is doubted if the files' paths tell people apart.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const rows = Array.from({ length: 200 }, (_, i) => `${i / 50},${Math.sin(i / 5).toFixed(4)},0.2,9.8`);
const table = (user: string): string => `user,time,ax,ay,az\n${rows.map((row) => `${user},${row}`).join("\n")}\n`;

async function warningsOf(files: Readonly<Record<string, string>>, columns = {}): Promise<string> {
  const folder = folderOf(files);
  const paths = Object.keys(files).map((file) => folder.path(file));
  return (await readRecordings(paths, { requireLabels: false, columns })).quality.warnings.join("\n");
}

test.each([
  ["folders", "sub01/walk.csv", "sub02/walk.csv", "'sub{person}/*'"],
  ["files", "walk_P1.csv", "walk_P2.csv", "'*_P{person}'"],
  ["the beginnings of files", "data/user-1_run.csv", "data/user-12_run.csv", "'user-{person}_*'"],
])("a constant person is doubted if %s tell people apart", async (_, one, other, template) => {
  const files = { [one]: table("1"), [other]: table("1") };
  const warnings = await warningsOf(files);
  expect(warnings).toContain('Column "user" names the same person, "1", in all 2 files');
  expect(warnings).toContain(`add --group-from-path ${template}; if they are one person, add --group user`);
  expect(await warningsOf(files, { group: "user" })).not.toContain("same person");
});

test.each([
  ["walk1.csv", "walk2.csv"],
  ["P1/acc_50hz.csv", "P1/walk_p1_2.csv"],
  ["step1.csv", "step2.csv"],
])("recordings of one person (%s, %s) are not", async (one, other) => {
  expect(await warningsOf({ [one]: table("1"), [other]: table("1") })).not.toContain("same person");
});

test("files that name different people are not", async () => {
  expect(await warningsOf({ "P1.csv": table("1"), "P2.csv": table("2") })).not.toContain("same person");
});
