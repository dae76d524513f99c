// Tests files with one label per row of a recording.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const rows = 120;

function recording(start = 0): string {
  const lines = Array.from({ length: rows }, (_, i) =>
    ["ann", ((start + i) / 50).toFixed(2), ...[0, 1, 2].map((axis) => Math.sin(i / 7 + axis).toFixed(4))].join(","),
  );
  return `user,time_s,acc_x,acc_y,acc_z\n${lines.join("\n")}\n`;
}

const labels = (count = rows, names: readonly string[] = ["1", "5"]): string =>
  `${Array.from({ length: count }, (_, i) => names[Math.floor((i * names.length) / count)]!).join("\n")}\n`;

async function read(files: Record<string, string>, names: readonly string[], pattern: string) {
  const { path } = folderOf(files);
  const { recordings } = await readRecordings(names.map(path), {
    requireLabels: true,
    columns: { labels: path(pattern) },
  });
  return recordings.stretches.map(({ label, start, end }) => [label, end - start]);
}

test.each([
  ["numbers", "y_train.txt", labels()],
  ["a name and texts", "annotations.csv", `activity\n${labels(rows, ["walk", "stairs up"])}`],
])("reads a label per row: %s", async (_, name, text) => {
  const read_ = await read({ "X_train.csv": recording(), [name]: text }, ["X_train.csv"], name);
  expect(read_).toEqual(
    name === "y_train.txt"
      ? [
          ["1", 60],
          ["5", 60],
        ]
      : [
          ["walk", 60],
          ["stairs up", 60],
        ],
  );
});

test("each recording has the labels named like it", async () => {
  const files = {
    "acc_07.csv": recording(),
    "acc_08.csv": recording(rows),
    "labels_07.txt": labels(rows, ["walk"]),
    "labels_08.txt": labels(rows, ["sit"]),
  };
  expect(await read(files, ["acc_07.csv", "acc_08.csv"], "labels_*.txt")).toEqual([
    ["walk", 120],
    ["sit", 120],
  ]);
  await expect(read({ ...files, "b.csv": recording() }, ["acc_07.csv", "b.csv"], "labels_*.txt")).rejects.toThrow(
    /none of the files with one label per row, labels_07\.txt, labels_08\.txt, belongs to .*b\.csv by its name/,
  );
});

test("recordings of the same name in several folders have the labels in their own folders", async () => {
  const files = {
    "ann/acc.csv": recording(),
    "ann/y.txt": labels(rows, ["walk"]),
    "bob/acc.csv": recording().replaceAll("ann", "bob"),
    "bob/y.txt": labels(rows, ["sit"]),
  };
  const recordings = ["ann/acc.csv", "bob/acc.csv"];
  expect(await read(files, recordings, "*/y.txt")).toEqual([
    ["walk", 120],
    ["sit", 120],
  ]);
  await expect(read(files, recordings, "ann/y.txt")).rejects.toThrow(
    /none of the files with one label per row, y\.txt, belongs to .*bob\/acc\.csv by its name/,
  );
});

test("rejects label files whose number of labels is not the number of rows", async () => {
  const files = { "a.csv": recording(), "y.txt": labels(rows - 1) };
  await expect(read(files, ["a.csv"], "y.txt")).rejects.toThrow(/it has 119 labels, and .*a\.csv has 120 rows/);
});

test("a column of the same name is not replaced", async () => {
  const files = { "a.csv": recording().replace("user,", "label,"), "y.txt": labels() };
  await expect(read(files, ["a.csv"], "y.txt")).rejects.toThrow(
    /has a column "label", and .*y\.txt has labels of the same/,
  );
});

test("labels whose column differs from one of the recording only in case are refused", async () => {
  const own = recording().replace("user,", "Label,");
  await expect(read({ "X_train.csv": own, "y_train.txt": labels() }, ["X_train.csv"], "y_train.txt")).rejects.toThrow(
    /has a column "label", and .*y_train.txt has labels of the same name/,
  );
});
