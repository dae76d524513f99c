import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, rows } from "./tables.ts";

test("time without a label is reported by length, without labels that are left out", async () => {
  const blank = (count: number, from: number) => rows(count, { activity: "" }, from);
  const table = [
    ...rows(100, {}, 0),
    ...blank(26, 100), // 0.5 s
    ...rows(100, { activity: "sit" }, 126),
    ...rows(50, { activity: "other" }, 226),
    ...blank(101, 276), // 2 s
    ...rows(100, {}, 377),
    ...blank(601, 477), // 12 s, at the end
  ];
  const { path } = folderOf({ "r.csv": csv(table) });
  const { quality } = await readRecordings([path("r.csv")], { requireLabels: true, columns: { exclude: ["other"] } });
  expect(quality.rows.dropped.missing_label).toBe(26 + 50 + 101 + 601);
  expect(quality.unlabelled).toEqual({
    stretches: 3,
    seconds: 14.5,
    longest: { user: "ann", recording: "r1", start_s: 9.54, seconds: 12 },
    by_length: [
      { below_seconds: 1, stretches: 1, seconds: 0.5 },
      { below_seconds: 10, stretches: 1, seconds: 2 },
      { below_seconds: 60, stretches: 1, seconds: 12 },
    ],
  });
});

test("nothing is reported if every row has a label", async () => {
  const { path } = folderOf({ "r.csv": csv([...rows(100), ...rows(100, { activity: "sit" }, 100)]) });
  const { quality } = await readRecordings([path("r.csv")], { requireLabels: true });
  expect(quality).not.toHaveProperty("unlabelled");
});
