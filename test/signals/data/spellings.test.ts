// Names are kept byte for byte; names that differ only in spelling count as one name, with a warning.

import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { spellingKey } from "../../../src/signals/data/spellings.ts";
import { csv, folderOf, parquet, type Row, rows } from "./tables.ts";

const labelled = { requireLabels: true };

/** Ten seconds in which one person walks, and ten seconds in which another person sits. */
const twoPeople = (walker: Partial<Row>, sitter: Partial<Row>): Row[] => [
  ...rows(500, { user: "ann", activity: "walk", ...walker }),
  ...rows(500, { user: "bob", activity: "sit", recording: "r2", ...sitter }),
];

describe("the key of a name's spelling", () => {
  test.each([
    ["P01", "p01"],
    ["1", "01"],
    ["1", "1.0"],
    ["01", "1.00"],
    ["P1", "P01"],
    ["p-7", "P 07"],
    ["subject_3", "Subject3"],
    ["Ann Lee", "ann  lee"],
    ["Zoë", "Zoe\u0308"],
    ["1.5", "01.50"],
  ])("is the same for %s and %s", (one, other) => {
    expect(spellingKey(one)).toBe(spellingKey(other));
  });

  test.each([
    ["1", "10"],
    ["1", "1.5"],
    ["1-1", "11"],
    ["01-02-20", "01-02-21"],
    ["P01", "P10"],
    ["100", "1"],
    ["0", "00a"],
    ["12345678901234567890", "12345678901234567891"],
  ])("differs between %s and %s", (one, other) => {
    expect(spellingKey(one)).not.toBe(spellingKey(other));
  });
});

test("a person in two spellings is one person, and both recordings are kept", async () => {
  const folder = folderOf({
    "a.csv": csv(rows(500, { user: "P01", activity: "walk" })),
    "b.csv": csv(rows(500, { user: "p01", activity: "sit" })),
  });
  const { recordings, quality } = await readRecordings([folder.path("a.csv"), folder.path("b.csv")], labelled);
  expect(quality.users).toBe(1);
  expect(recordings.stretches.map(({ user, recording }) => [user, recording])).toEqual([
    ["P01", "r1"],
    ["P01", "r1 (p01)"],
  ]);
  expect(quality.warnings).toContainEqual(
    'Column "user": "P01" and "p01" are read as one person, "P01". If these names stand for different people, rename them.',
  );
});

test("classes that differ in case, spaces or number form are one class", async () => {
  for (const [one, other] of [
    ["Walking", "walking"],
    ["0", "0.0"],
    ["stairs up", "stairs_up"],
  ] as const) {
    const folder = folderOf({
      "a.csv": csv([
        ...twoPeople({ activity: one }, {}),
        ...rows(500, { user: "cyd", recording: "r3", activity: other }),
      ]),
    });
    const { recordings, quality } = await readRecordings([folder.path("a.csv")], labelled);
    expect(new Set(recordings.stretches.map(({ label }) => label))).toEqual(new Set([one, "sit"]));
    expect(quality.warnings).toContainEqual(expect.stringContaining(`are read as one class, "${one}"`));
  }
});

test.each(["nan", "NaN", "#N/A", "<NA>", "N/A", "NULL", " nan ", "--", ".", "#DIV/0!"])(
  "the missing mark %s is no class and no person",
  async (mark) => {
    const table = [
      ...twoPeople({}, {}),
      ...rows(500, { user: "cyd", recording: "r3", activity: mark }),
      ...rows(500, { user: mark }),
    ];
    const folder = folderOf({ "a.csv": csv(table) });
    await parquet(folder.path("a.parquet"), table);
    for (const name of ["a.csv", "a.parquet"]) {
      const { quality } = await readRecordings([folder.path(name)], labelled);
      expect(Object.keys(quality.classes)).toEqual(["sit", "walk"]);
      expect(Object.keys(quality.persons)).toEqual(["ann", "bob"]);
      expect(quality.rows.dropped).toMatchObject({ missing_label: 500, missing_person: 500 });
    }
  },
);

test("persons, recordings and labels that look like dates or numbers stay as they are written", async () => {
  for (const [user, recording, activity] of [
    ["01-02-20", "09:15", "2020-01-02"],
    ["2026-05-04", "2026-05-04 09:15", "09:15:00"],
    ["007", "1e3", "0.10"],
    ["true", "20260504", "TRUE"],
  ] as const) {
    const folder = folderOf({ "a.csv": csv(twoPeople({ user, recording, activity }, { user, recording: "x" })) });
    const { recordings } = await readRecordings([folder.path("a.csv")], labelled);
    expect(recordings.stretches[0]).toMatchObject({ user, recording, label: activity });
  }
});

describe("columns that are not in use", () => {
  const extra = csv(rows(500, { user: "bob", activity: "sit" }), ",")
    .replaceAll(/$/gm, ",97")
    .replace(",97", ",battery");
  test("may be in some files only", async () => {
    const folder = folderOf({ "a.csv": csv(rows(500)), "b.csv": extra.replace(/,97$/, "") });
    for (const files of [
      ["a.csv", "b.csv"],
      ["b.csv", "a.csv"],
    ]) {
      const { quality } = await readRecordings(files.map(folder.path), labelled);
      expect(quality.users).toBe(2);
    }
  });

  test("but a person column that only the second file has is not passed over", async () => {
    const folder = folderOf({
      "a.csv": csv(rows(500), ",", "who,activity,recording,timestamp_s,Ax,Ay,Az,Gx,Gy,Gz"),
      "b.csv": csv(rows(500)),
    });
    await expect(
      readRecordings(["a.csv", "b.csv"].map(folder.path), { requireLabels: true, requirePeople: false }),
    ).rejects.toThrow(
      /b\.csv: expected the columns|b\.csv: the column for the person would be "user" here, but .*a\.csv has none/,
    );
  });
});
