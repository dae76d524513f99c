// liac-arff 2.4.0 reads the same names and values from this text.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { arffAsTable } from "../../../src/signals/files/arff-table.ts";
import { folderOf } from "../data/tables.ts";

it("reads names and values in quotes, which may contain commas, quotes and escapes", async () => {
  const text = [
    "@relation r",
    "@attribute 'x, in g' numeric",
    String.raw`@attribute activity {'going up, slowly','it\'s a step',"to be, or",plain}`,
    "@data",
    "1.5,'going up, slowly'",
    "% a comment",
    String.raw`-2 , 'it\'s a step'`,
    '?,"to be, or"',
    "3,plain",
  ];
  const { path } = folderOf({ "a.arff": `${text.join("\n")}\n` });
  expect(await arffAsTable(path("a.arff"), path("a.csv"))).toBe(4);
  expect(readFileSync(path("a.csv"), "utf8").split("\n")).toEqual([
    '"x, in g",activity',
    '1.5,"going up, slowly"',
    "",
    "-2,it's a step",
    ',"to be, or"',
    "3,plain",
    "",
  ]);
});
