// Loggers begin a new block after a blank line. Without a clock, nothing else shows that one recording ends there.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const rows = Array.from({ length: 300 }, (_, i) => [Math.sin(i / 5).toFixed(4), "0.2", (9.8 + i / 1e4).toFixed(4)]);
const untimed = rows.map((row) => row.join(","));
const timed = rows.map((row, i) => [((i % 100) / 50).toFixed(2), ...row].join(","));
const blocks = (lines: readonly string[], length: number, blank = "\n\n"): string =>
  Array.from({ length: lines.length / length }, (_, i) => lines.slice(i * length, (i + 1) * length).join("\n")).join(
    blank,
  );

const read = async (content: string, columns: { columns?: string[] } = {}) => {
  const { path } = folderOf({ "a.csv": content });
  const { recordings, quality } = await readRecordings([path("a.csv")], {
    requireLabels: false,
    nominalRateHz: 50,
    columns,
  });
  return { rows: quality.per_recording.map((own) => own.rows), z: recordings.values[2]!, warnings: quality.warnings };
};

const separated = /blank lines divide the rows, which are read as 3 recordings.*no clock/;

test.each([
  ["rows without a clock", `ax,ay,az\n${blocks(untimed, 100)}\n`],
  ["lines that end in CR LF", `ax,ay,az\n${blocks(untimed, 100)}\n`.replaceAll("\n", "\r\n")],
  ["several blank lines, some below the names", `ax,ay,az\n\n${blocks(untimed, 100, "\n\n\n\n")}\n\n`],
  ["a table below other lines", `Logger 3\nMode A\nax,ay,az\n${blocks(untimed, 100)}\n`],
  ["a table separated by spaces", `ax ay az\n${blocks(untimed, 100)}\n`.replaceAll(",", " ")],
  ["a clock that restarts", `time_s,ax,ay,az\n${blocks(timed, 100)}\n`],
])("blank lines separate recordings: %s", async (_, content) => {
  const found = await read(content);
  expect(found.rows).toEqual([100, 100, 100]);
  expect(found.warnings.join("\n")).toMatch(separated);
  expect(found.z[200]).toBeCloseTo(9.82, 4);
});

test("blank lines separate recordings in a file without column names", async () => {
  const found = await read(`${blocks(untimed, 100)}\n`, { columns: ["ax", "ay", "az"] });
  expect(found.rows).toEqual([100, 100, 100]);
});

test.each([
  ["after every row", `ax,ay,az\n${blocks(untimed, 1)}\n`, /^(?!.*blank lines)/],
  ["after packets of ten rows", `ax,ay,az\n${blocks(untimed, 10)}\n`, /into 30 parts of about 10 rows, too short/],
  ["at the end alone", `ax,ay,az\n${untimed.join("\n")}\n\n\n`, /^(?!.*blank lines)/],
  [
    "where the clock continues",
    `time_s,ax,ay,az\n${blocks(
      rows.map((row, i) => [(i / 50).toFixed(2), ...row].join(",")),
      100,
    )}\n`,
    /^(?!.*blank lines)/,
  ],
])("blank lines %s separate nothing", async (_, content, warning) => {
  const found = await read(content);
  expect(found.rows).toEqual([300]);
  expect(found.warnings.join(" ")).toMatch(warning);
});

test("spaces before the values, in which the first part of a long file ends, are no blank line", async () => {
  const row = (i: number): string =>
    `${" ".repeat(16)}${(i / 50).toFixed(3).padStart(7, "0")},${(0.1 + (i % 9) / 10).toFixed(2)},0.20,9.${600 + (i % 300)}`;
  const { path } = folderOf({
    "a.csv": `time,acc_x,acc_y,acc_z\n${Array.from({ length: 4000 }, (_, i) => `${row(i)}\n`).join("")}`,
  });
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false });
  expect(recordings.time.length).toBe(4000);
});

test("lines of spaces are blank, even after each row of a table without names", async () => {
  const rows = Array.from({ length: 80 }, (_, i) => `${(i / 50).toFixed(3)},${(i % 9) / 10},0.20,9.${600 + i}\n  \n`);
  const { path } = folderOf({ "a.csv": rows.join("") });
  const columns = { columns: ["time", "acc_x", "acc_y", "acc_z"] };
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false, columns });
  expect(recordings.time.length).toBe(80);
});
