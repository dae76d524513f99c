// Tests cells that hold a number with its unit, and names that differ only in case.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const values = Array.from({ length: 120 }, (_, i) => [0, 1, 2].map((c) => Math.sin(i / 5 + c) / 3 + Number(c === 2)));

function table(cell: (value: number, c: number, i: number) => string, names = "acc_x,acc_y,acc_z"): string {
  const lines = values.map((row, i) => [(i / 50).toFixed(2), ...row.map((value, c) => cell(value, c, i))].join(","));
  return `${[`time_s,${names}`, ...lines].join("\n")}\n`;
}

async function read(name: string, text: string, channels?: string[]) {
  const { path } = folderOf({ [name]: text });
  const columns = channels === undefined ? {} : { channels };
  return readRecordings([path(name)], { requireLabels: false, columns });
}

test.each([
  ["g", (value: number) => `${value.toFixed(4)} g`],
  ["m/s²", (value: number) => `${value.toFixed(4)}m/s²`],
  ["g", (value: number) => `"${value.toFixed(4).replace(".", ",")} g"`],
  ["g", (value: number, _: number, i: number) => (i === 30 ? "" : `${value.toFixed(4)} g`)],
])("cells with the unit %s are read", async (unit, cell) => {
  const { recordings } = await read("a.csv", table(cell));
  expect(recordings.channels).toEqual(["x", "y", "z"].map((axis) => `acc_${axis} (${unit})`));
  for (const c of [0, 1, 2]) expect(recordings.values[c]![7]).toBeCloseTo(values[7]![c]!, 4);
});

test.each([
  [
    "another unit in one row",
    (value: number, c: number, i: number) => `${value.toFixed(4)} ${c === 1 && i === 50 ? "mg" : "g"}`,
  ],
  ["another unit on one axis", (value: number, c: number) => `${value.toFixed(4)} ${c === 1 ? "mg" : "g"}`],
  ["a word that is not a unit", (value: number) => `${value.toFixed(4)} apples`],
])("cells with %s are refused", async (_, cell) => {
  await expect(read("a.csv", table(cell))).rejects.toThrow(/expected a number/);
});

test("a cell with another unit below the searched rows is refused with its place", async () => {
  const [header, ...rows] = table((value) => `${value.toFixed(4)} g`)
    .trimEnd()
    .split("\n");
  const repeated = Array.from(
    { length: 1200 },
    (_, i) => `${(i / 50).toFixed(2)},${rows[i % 100]!.replace(/^[^,]*,/, "")}`,
  );
  const text = `${[header, ...repeated.with(1150, "23.00,0.1 g,120 mg,1 g")].join("\n")}\n`;
  await expect(read("a.csv", text)).rejects.toThrow(
    'data row 1151, column "acc_y": expected a number in g, as in the rows before, found "120 mg"',
  );
});

const twice = "acc_x,acc_y,acc_z,Acc_X,Acc_Y,Acc_Z";
const both = values.map((row, i) =>
  Object.fromEntries([i / 50, ...row, ...row.map((v) => v + 5)].map((v, c) => [`t,${twice}`.split(",")[c]!, v])),
);

test.each([
  ["a.json", JSON.stringify(both)],
  ["a.jsonl", both.map((record) => JSON.stringify(record)).join("\n")],
  ["a.csv", `t,${twice}\n${both.map((record) => Object.values(record).join(",")).join("\n")}\n`],
])("%s: columns that differ only in case are asked about, and each can be read", async (name, text) => {
  await expect(read(name, text)).rejects.toThrow(
    'columns differ only in the case of their names ("Acc_X", "Acc_Y", "Acc_Z"), so it is not clear which of them to read',
  );
  for (const [channels, more] of [
    [["acc_x", "acc_y", "acc_z"], 0],
    [["Acc_X_1", "Acc_Y_1", "Acc_Z_1"], 5],
  ] as const) {
    const { recordings } = await read(name, text, [...channels]);
    for (const c of [0, 1, 2]) expect(recordings.values[c]![7]).toBeCloseTo(values[7]![c]! + more, 4);
  }
});
