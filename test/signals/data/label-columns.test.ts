// Tests which column of a file with labels and their times holds the labels.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const rows = Array.from({ length: 500 }, (_, i) => `${i / 50},${Math.sin(i / 7)},${Math.cos(i / 5)},9.8`);

test.each(["activity_type_id", "activity_id"])("labels are found in %s beside a number of each row", async (column) => {
  const { path } = folderOf({
    "a.csv": `time_s,acc_x,acc_y,acc_z\n${rows.join("\n")}\n`,
    "labels.csv": `no,${column},start,finish\n0,12,0,4\n1,3,4,10\n`,
  });
  const { recordings } = await readRecordings([path("a.csv")], {
    requireLabels: true,
    requirePeople: false,
    columns: { labels: path("labels.csv") },
  });
  expect(recordings.stretches.map(({ label }) => label)).toEqual(["12", "3"]);
});

test("labels that are not found have to be named", async () => {
  const { path } = folderOf({
    "a.csv": `time_s,acc_x,acc_y,acc_z\n${rows.join("\n")}\n`,
    "labels.csv": "no,what,how,start,finish\n0,12,1,0,4\n1,3,1,4,10\n",
  });
  await expect(
    readRecordings([path("a.csv")], {
      requireLabels: true,
      requirePeople: false,
      columns: { labels: path("labels.csv") },
    }),
  ).rejects.toThrow(expect.objectContaining({ advice: "Name it with --label COLUMN" }));
});
