// Tests that labels are renamed, merged or excluded as specified by a file or an option, and that a message reports it.

import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { type ReadRecordingsOptions, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, rows } from "./tables.ts";

const codes = ["0", "1", "2", "3.0"].flatMap((activity, i) =>
  ["ann", "bob"].flatMap((user, u) =>
    rows(200, { user, activity, recording: `r${i}` }).map((row) => ({
      ...row,
      values: row.values!.map((v) => Number(v) + 10 * i + 3 * u),
    })),
  ),
);

async function read(
  map: string | undefined,
  more: NonNullable<ReadRecordingsOptions["columns"]> = {},
  name = "labels.yaml",
) {
  const { path } = folderOf({ "a.csv": csv(codes), ...(map !== undefined && { [name]: map }) });
  const columns = { ...more, ...(map !== undefined && { map: path(name) }) };
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: true, columns });
  return {
    classes: Object.fromEntries(Object.entries(quality.classes).map(([label, of]) => [label, of.rows])),
    quality,
  };
}

test.each<[string, string, string]>([
  ["a label per line", "labels.yaml", "0: null\n1: walking\n2: stairs\n3: stairs\n"],
  ["a class per line", "labels.yaml", 'walking: ["1"]\nstairs: [2, 3]\n0: ~\n'],
  ["a class per line, and a blank line", "labels.yml", 'walking: ["1"]\n\nstairs: [2, 3]\n0: ~\n'],
  ["JSON", "labels.json", '{"0": null, "1": "walking", "2": "stairs", "3": "stairs"}'],
])("maps labels by %s", async (_, name, map) => {
  const { classes, quality } = await read(map, {}, name);
  expect(classes).toEqual({ walking: 400, stairs: 800 });
  expect(quality.rows.dropped.missing_label).toBe(400);
  expect(quality.warnings).toContainEqual("Rows with the label 0 are left out because of --map or --exclude.");
});

test("--exclude leaves labels out; one that no row has is told of", async () => {
  const { classes, quality } = await read(undefined, { exclude: ["0", "3", "transition"] });
  expect(classes).toEqual({ "1": 400, "2": 400 });
  expect(quality.warnings).toContainEqual("No row has the label transition, which --map or --exclude lists.");
});

describe("what is wrong with a map", () => {
  test.each<[string, RegExp, NonNullable<ReadRecordingsOptions["columns"]>?]>([
    ["- 1\n- 2\n", /--map .*labels\.yaml: expected labels and their classes/],
    ["1: {a: b}\n", /expected labels and their classes/],
    ["1: [\n", /expected labels and their classes/],
    ["1: walking\nstairs: [1.0]\n", /The label "1\.0" is mapped twice/],
    ["1: walking\n", /The label "1" is mapped twice/, { exclude: ["1"] }],
  ])("is reported for %j", async (map, says, more) => {
    const error = await read(map, more).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(says);
  });

  test("a file that does not exist is reported", async () => {
    await expect(read(undefined, { map: "/nonexistent/labels.yaml" })).rejects.toThrow(
      "--map /nonexistent/labels.yaml: could not be read: ENOENT",
    );
  });
});

test("a class whose name says that there is no activity is named", async () => {
  const unlabelled = codes.map((row) => (row.activity === "0" ? { ...row, activity: "Unlabelled" } : row));
  const { path } = folderOf({ "a.csv": csv(unlabelled) });
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: true });
  expect(quality.warnings).toContainEqual(
    'The label "Unlabelled" is read as an activity. If it marks time without a label, add --exclude Unlabelled',
  );
});

test.each<[string, string]>([
  ["as UCI HAR writes them", "0 NULL CLASS\n1 WALKING\n2 STAIRS\n3 STAIRS\n"],
  ["in CSV with names", "id,name\r\n0,NULL CLASS\r\n1,WALKING\r\n2,STAIRS\r\n3,STAIRS\r\n"],
])("a map may hold codes and classes %s", async (_, map) => {
  const { classes } = await read(map, {}, "activity_labels.txt");
  expect(classes).toEqual({ "NULL CLASS": 400, WALKING: 400, STAIRS: 800 });
});
