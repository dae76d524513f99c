// Tests tables that write decimals with a comma in some columns and with a point in others.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const values = (i: number): number[] => [0, 1, 2].map((c) => Math.sin(i / 7 + c) + (c === 2 ? 9.8 : 0));
const comma = (text: string): string => text.replace(".", ",");

async function read(row: (i: number) => string[]) {
  const lines = ["user;activity;time_s;ax;ay;az", ...Array.from({ length: 200 }, (_, i) => row(i).join(";"))];
  const { path } = folderOf({ "a.csv": `${lines.join("\n")}\n` });
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false });
  return recordings;
}

test.each([
  ["times with a point, values with a comma", (time: string) => time, comma],
  ["times with a comma, values with a point", comma, (value: string) => value],
  ["times with a point, values with a comma in quotes", (time: string) => time, (value: string) => `"${comma(value)}"`],
  [
    "times with a point, values with a comma in apostrophes",
    (time: string) => time,
    (value: string) => `'${comma(value)}'`,
  ],
])("reads %s", async (_, written, ofValue) => {
  const {
    time,
    values: found,
    stretches,
  } = await read((i) => [
    "1.5",
    "walk",
    written((i / 50).toFixed(3)),
    ...values(i).map((value) => ofValue(value.toFixed(5))),
  ]);
  expect(stretches.map(({ user }) => user)).toEqual(["1.5"]);
  for (const i of [0, 77, 199]) {
    expect(time[i]).toBeCloseTo(i / 50, 6);
    for (const [c, value] of values(i).entries()) expect(found[c]![i]).toBeCloseTo(value, 4);
  }
});

test("does not take points between thousands for decimal points", async () => {
  const row = (i: number): string[] => [
    "a",
    "walk",
    `${5 + Math.floor(i / 50)}.${`${20 * (i % 50)}`.padStart(3, "0")}`,
    "0,52",
    "0,1",
    "9,8",
  ];
  await expect(read(row)).rejects.toThrow(/expected a number/);
});

test.each([
  ["times with decimals", "time_s", (i: number) => comma((i / 50).toFixed(3))],
  ["times in whole milliseconds", "time_ms", (i: number) => `${20 * i}`],
])("reads commas that separate both decimals and columns, with %s", async (_, column, time) => {
  const lines = Array.from({ length: 200 }, (_, i) =>
    [time(i), ...values(i).map((value) => comma(value.toFixed(5)))].join(),
  );
  const { path } = folderOf({ "a.csv": `${column},ax,ay,az\n${lines.join("\n")}\n` });
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false });
  for (const i of [0, 77, 199]) {
    expect(recordings.time[i]).toBeCloseTo(i / 50, 6);
    for (const [c, value] of values(i).entries()) expect(recordings.values[c]![i]).toBeCloseTo(value, 4);
  }
});

test.each([
  ["might separate thousands", (x: number) => x.toFixed(3)],
  ["come after spaces", (x: number) => x.toFixed(4).padStart(14)],
  ["are in numbers with exponents", (x: number) => x.toExponential(7)],
])("reads decimal commas beside times with a point, even if the commas %s", async (_, text) => {
  const shifted = (i: number): number[] => values(i).map((value, c) => (c === 1 ? 500 + value : value));
  const found = await read((i) => [
    "a",
    "walk",
    (i / 50).toFixed(3),
    ...shifted(i).map((value, c) => (i === 3 && c === 1 ? "null" : comma(text(value)))),
  ]);
  expect(found.channels).toEqual(["ax", "ay", "az"]);
  for (const [c, column] of found.values.entries()) expect(column[150]).toBeCloseTo(shifted(151)[c]!, 2);
});

test("leaves out the commas between thousands of numbers in quotes", async () => {
  const written = (value: number): string => `"${value.toLocaleString("en-US", { minimumFractionDigits: 1 })}"`;
  const lines = Array.from({ length: 200 }, (_, i) =>
    [written(20 * i), ...values(i).map((value) => written(200 * value))].join(),
  );
  const { path } = folderOf({ "a.csv": `time_ms,ax_mg,ay_mg,az_mg\n${lines.join("\n")}\n` });
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false });
  for (const i of [0, 77, 199]) {
    expect(recordings.time[i]).toBeCloseTo(i / 50, 6);
    for (const [c, value] of values(i).entries()) expect(recordings.values[c]![i]).toBeCloseTo(200 * value, 2);
  }
});
