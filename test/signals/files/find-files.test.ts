import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import type { UserError } from "../../../src/errors.ts";
import { readLabelFiles } from "../../../src/signals/data/read-label-file.ts";
import { openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { findFiles } from "../../../src/signals/files/find-files.ts";
import { scratchFolder } from "../../../src/signals/files/scratch-folder.ts";
import { folderOf } from "../data/tables.ts";

describe("empty files", () => {
  it("are left out with a warning that names them", async () => {
    const { path } = folderOf({ "a.csv": "t,x\n0,1\n", "b.csv": "", "c.csv": "" });
    const warnings: string[] = [];
    const reporter = { warn: (message: string) => void warnings.push(message), event: () => {} };
    const found = await findFiles(await openDuckdb(), [path("*.csv")], reporter);
    expect(found.map((file) => basename(file.path))).toEqual(["a.csv"]);
    expect(warnings).toEqual([`Empty files are left out: ${path("b.csv")}, ${path("c.csv")}.`]);
  });

  it("are named among the files of labels, too", async () => {
    const { path } = folderOf({ "a.labels": "start,end,label\n0,1,walking\n", "b.labels": "" });
    const warnings: string[] = [];
    const scratch = scratchFolder();
    const { annotations } = await readLabelFiles(await openDuckdb(), path("*.labels"), {
      scratch,
      warn: (message) => void warnings.push(message),
    });
    expect(annotations).toMatchObject([{ start: 0, end: 1, label: "walking" }]);
    expect(warnings).toEqual([`Empty files are left out: ${path("b.labels")}.`]);
  });
});

it("suggests a pattern for the tables of a folder, however deep they lie", async () => {
  const { path } = folderOf({ "flat/a.txt": "t,x\n0,1\n", "deep/a01/p1/s01.txt": "t,x\n0,1\n", "none/a/notes.md": "" });
  const reporter = { warn: () => {}, event: () => {} };
  const database = await openDuckdb();
  const advice = (folder: string): Promise<unknown> =>
    findFiles(database, [path(folder)], reporter).catch((error: UserError) => error.advice);
  await expect(advice("flat")).resolves.toContain(`${path("flat")}/*.txt`);
  await expect(advice("deep/")).resolves.toContain(`${path("deep")}/**/*.txt`);
  await expect(advice("none")).resolves.toContain(`${path("none")}/*.csv`);
});

it("says that opening very many files takes long, and how to avoid it", async () => {
  const files = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}.csv`, "t,x\n0,1\n"]));
  const database = await openDuckdb();
  const warnings = async (count: number): Promise<string[]> => {
    const warned: string[] = [];
    const { path } = folderOf(files(count));
    await findFiles(database, [path("*.csv")], { warn: (message) => void warned.push(message), event: () => {} });
    return warned;
  };
  await expect(warnings(499)).resolves.toEqual([]);
  await expect(warnings(500)).resolves.toEqual([
    expect.stringMatching(/^500 files are opened one after another, which may take minutes; tidemark convert writes/),
  ]);
});
