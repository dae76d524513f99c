// A folder called "user=x" has no effect on a file's columns, unless --path-columns names it.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, goodRows, header, parquet } from "../data/tables.ts";

const usersOf = async (files: string[], columns = {}): Promise<string[]> => {
  const { recordings } = await readRecordings(files, { requireLabels: true, columns });
  return [...new Set(recordings.stretches.map(({ user }) => user))];
};
const withoutUser = (): string =>
  csv(goodRows().slice(0, 120), ",", header)
    .split("\n")
    .map((line) => line.slice(line.indexOf(",") + 1))
    .join("\n");

async function write(path: string, content?: string): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  if (content === undefined) await parquet(path, goodRows());
  else writeFileSync(path, content);
  return path;
}

describe("folders called column=value", () => {
  test.each(["user=x/a.csv", "user=x/a.parquet", "activity=run/a.csv", "activity=run/a.parquet"])(
    "%s changes nothing",
    async (name) => {
      const folder = folderOf({});
      const plain = await write(folder.path("plain.csv"), csv(goodRows()));
      const path = await write(folder.path(name), name.endsWith(".csv") ? csv(goodRows()) : undefined);
      const [expected, found] = [
        await readRecordings([plain], { requireLabels: true }),
        await readRecordings([path], { requireLabels: true }),
      ];
      expect(found.recordings.fingerprint).toBe(expected.recordings.fingerprint);
      expect(found.columns).toEqual(expected.columns);
    },
  );

  test.each(["Ax=5/a.csv", "Ax=5/a.parquet"])("%s does not replace a channel", async (name) => {
    const folder = folderOf({});
    const path = await write(folder.path(name), name.endsWith(".csv") ? csv(goodRows()) : undefined);
    const { recordings } = await readRecordings([path], { requireLabels: true });
    expect([...recordings.values[0]!.subarray(0, 3)]).toEqual([0, 1, 2]);
  });

  test("pathColumns takes the named column, and a warning says so", async () => {
    const folder = folderOf({});
    const ann = await write(folder.path("user=ann%20b/a.csv"), withoutUser());
    const bob = await write(folder.path("user=bob/a.csv"), withoutUser());
    expect(await usersOf([ann, bob], { pathColumns: ["user"] })).toEqual(["ann b", "bob"]);
    const { quality } = await readRecordings([ann, bob], { requireLabels: true, columns: { pathColumns: ["user"] } });
    expect(quality.warnings).toContain(
      'Column "user" is taken from the names of folders (user=...), not from the files.',
    );
  });

  test.each([
    ["user=x/a.csv", ["user"], "is also a column of the file"],
    ["other=x/a.csv", ["who"], 'no folder of this file is called "who=..."'],
    ["who=x/who=y/a.csv", ["who"], '2 folders of this file are called "who=..."'],
    ["who=x/a.csv", ["who"], "is not used as person, recording or label"],
  ])("%s with --path-columns %s is refused", async (name, pathColumns, message) => {
    const path = await write(folderOf({}).path(name), csv(goodRows()));
    await expect(usersOf([path], { pathColumns })).rejects.toThrow(message);
  });
});

test("a template whose name differs from a column only in case is refused, because DuckDB would read the column", async () => {
  const folder = folderOf({ "ann_1.csv": csv(goodRows()) });
  await expect(usersOf([folder.path("ann_1.csv")], { groupFromPath: "{User}_1.csv" })).rejects.toThrow(
    /--group-from-path names "User", which is also a column of the file/,
  );
});
