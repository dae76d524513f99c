// Tests how `inspect` reads a column with the values "train" and "test". fixed-split.full.test.ts trains with such a column.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { inspect } from "../../src/pipelines/inspect.ts";
import { testPeople, writeSplitTable, writeWithColumn } from "./split-table.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const path = (name: string): string => join(directory, name);

beforeAll(async () => {
  await writeSplitTable(directory);
});

const reading = { rate: 20, window: 40, folds: 2 };

test("is reported by inspect before anything is trained", async () => {
  const found = await inspect({ files: [path("split.csv")], split: "column:part", rate: 20, window: 40, folds: 2 });
  expect(found.refusal).toBeNull();
  expect(found.testSet?.users).toEqual(testPeople);
  expect(found.quality.users).toBe(4);
});

describe("a split that does not hold", () => {
  test("names the people on both sides", async () => {
    writeWithColumn(directory, "both.csv", "part", (user, row) =>
      user === "person-06" || (user === "person-01" && row % 2400 > 1800) ? "test" : "train",
    );
    const found = await inspect({ files: [path("both.csv")], split: "column:part", ...reading });
    expect(found.warnings.join("\n")).toContain('Column "part" puts one person (person-01) on both sides of the split');
  });

  test("is rejected if its values do not say which side they mean, and the message names the option to set", async () => {
    writeWithColumn(directory, "codes.csv", "part", (user) => (testPeople.includes(user) ? "2" : "1"));
    await expect(inspect({ files: [path("codes.csv")], split: "column:part", ...reading })).rejects.toThrow(
      /has the values "1", "2"; expected train and test/,
    );
    const found = await inspect({ files: [path("codes.csv")], split: "column:part=2", ...reading });
    expect(found.testSet?.users).toEqual(testPeople);
  });

  test("is rejected if a side is empty or the column is missing", async () => {
    writeWithColumn(directory, "all.csv", "part", () => "train");
    const refusal = async (file: string, split: `column:${string}`) => {
      const found = await inspect({ files: [path(file)], split, ...reading }).catch((error: Error) => error);
      return found instanceof Error ? found.message : (found.refusal?.message ?? "");
    };
    expect(await refusal("all.csv", "column:part")).toContain("no row is marked as test");
    expect(await refusal("plain.csv", "column:part")).toContain('there is no column "part"');
  });

  test("may consist of files that each belong to a single side", async () => {
    const lines = readFileSync(path("split.csv"), "utf8").trimEnd().split("\n");
    for (const side of ["train", "test"]) {
      const own = lines.slice(1).filter((line) => line.toLowerCase().endsWith("test") === (side === "test"));
      writeFileSync(path(`${side}.csv`), [lines[0], ...own, ""].join("\n"));
    }
    const found = await inspect({ files: [path("test.csv"), path("train.csv")], split: "column:part", ...reading });
    expect(found.testSet?.users).toEqual(testPeople);
  });
});
