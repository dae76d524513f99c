// Reads workbooks that openpyxl and XlsxWriter wrote; the expected values are those that openpyxl reads
// (test/fixtures/scripts/workbooks.py).

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import {
  type ReadRecordings,
  type ReadRecordingsOptions,
  readRecordings,
} from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const folder = join(import.meta.dirname, "../../fixtures/workbooks");
type Value = string | number | null;
const expected: Record<string, Record<string, Value[][]>> = JSON.parse(
  readFileSync(join(folder, "expected.json"), "utf8"),
);
const book = (name: string): string => join(folder, `${name}.xlsx`);
const read = (files: string[], options: Partial<ReadRecordingsOptions> = {}): Promise<ReadRecordings> =>
  readRecordings(files, { requireLabels: false, labelColumn: "if found", ...options });

async function refusal(files: string[]): Promise<UserError> {
  const error = await read(files).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** Returns the last three columns of a sheet, starting at row `from`. */
const axes = (name: string, sheet: string, from: number): number[][] => {
  const rows = expected[name]![sheet]!.slice(from);
  return [3, 2, 1].map((back) => rows.map((row) => Number(String(row.at(-back)).replace(",", "."))));
};
const valuesOf = ({ recordings }: ReadRecordings, rows: number): number[][] =>
  recordings.values.map((column) => [...column.slice(0, rows)]);
const rounded = (columns: number[][]): number[][] => columns.map((column) => [...Float32Array.from(column)]);

describe("a workbook reads as openpyxl reads it", () => {
  test.each([
    ["plain", "Sheet", 1],
    ["merged", "Sheet", 6],
    ["dates", "Recording", 1],
    ["dates-1904", "Recording", 1],
    ["time-of-day", "Sheet", 1],
  ])("%s.xlsx has the same values, labels and times", async (name, sheet, from) => {
    const { recordings, quality } = await read([book(name)]);
    const wanted = axes(name, sheet, from);
    expect(valuesOf({ recordings, quality } as ReadRecordings, wanted[0]!.length)).toEqual(rounded(wanted));
    expect(recordings.time.length).toBe(120);
    expect(recordings.stretches.map(({ start, end, label }) => [start, end, label])).toEqual([
      [0, 60, "walking"],
      [60, 120, "sitting"],
    ]);
    for (const [i, time] of recordings.time.entries()) expect(time - recordings.time[0]!).toBeCloseTo(i / 50, 4);
  });

  test("dates in both date systems begin at the same time", async () => {
    const starts = [];
    for (const name of ["dates", "dates-1904"]) starts.push((await read([book(name)])).recordings.time[0]);
    expect(starts).toEqual([Date.UTC(2026, 4, 4, 10) / 1000, Date.UTC(2026, 4, 4, 10) / 1000]);
    expect(expected.dates!.Recording![1]![2]).toBe("2026-05-04T10:00:00");
  });

  test("names of sensors are joined with the axes below them, under a merged title", async () => {
    const { recordings } = await read([book("merged")]);
    expect(recordings.channels).toEqual(["A_x", "A_y", "A_z"]);
  });

  test("stored results of formulas are values, and errors are missing values", async () => {
    const { recordings, quality } = await read([book("computed")]);
    expect(quality.rows.dropped.missing_values).toBe(1);
    const rows = expected.computed!.data!.slice(1).filter((row) => row[3] !== "#DIV/0!");
    expect(rows.length).toBe(18);
    expect([...recordings.values[0]!.slice(0, 18)]).toEqual([...Float32Array.from(rows, (row) => Number(row[3]))]);
  });
});

describe("which sheet is read", () => {
  test("sheets with equal columns are each read as a file", async () => {
    const columns = { groupFromPath: "people.xlsx/{user}" };
    const { recordings, quality } = await read([book("people")], { columns });
    expect(recordings.files).toEqual([book("people")]);
    expect(Object.keys(quality.persons)).toEqual(["ann", "bob"]);
    expect(quality.warnings.join()).toContain(
      "several sheets are read: ann, bob. To read only one sheet, give its path:",
    );
    const second = axes("people", "bob", 1);
    expect(recordings.values.map((column) => [...column.slice(120, 120 + second[0]!.length)])).toEqual(rounded(second));
  });

  test("a sheet that is named is read alone", async () => {
    const { recordings } = await read([`${book("people")}/bob`]);
    expect(recordings.time.length).toBe(120);
    expect(valuesOf({ recordings } as ReadRecordings, 19)).toEqual(rounded(axes("people", "bob", 1)));
    const { message, advice } = await refusal([`${book("people")}/carl`]);
    expect(message).toMatch(/people\.xlsx\/carl: the workbook has no visible sheet with this name/);
    expect(advice).toBe("Its sheets are ann, bob.");
  });

  test("sheets of one sensor each are joined by time", async () => {
    const { recordings, quality } = await read([book("sensors")]);
    expect(recordings.channels.length).toBe(6);
    const wanted = [...axes("sensors", "Accelerometer", 1), ...axes("sensors", "Gyroscope", 1)];
    for (const [c, column] of valuesOf({ recordings } as ReadRecordings, 19).entries())
      for (const [i, value] of column.entries()) expect(value).toBeCloseTo(wanted[c]![i]!, 6);
    expect(quality.warnings.join("\n")).toMatch(/left out: Metadata Time/);
  });

  test("the workbook is refused if no sheet has measurements, or if several have different columns", async () => {
    expect((await refusal([book("nothing")])).message).toMatch(
      /nothing\.xlsx: this Excel workbook contains no table of measurements; it has the sheets Sheet, Summary\./,
    );
    const { message, advice } = await refusal([book("different")]);
    expect(message).toMatch(
      /different columns: left \(time, wrist_ax, wrist_ay, wrist_az\), right \(time, ankle_ax, ankle_ay, ankle_az\)\./,
    );
    expect(advice).toMatch(/Specify the sheet to read: .*different\.xlsx\/left/);
    await expect(read([`${book("different")}/right`])).resolves.toBeDefined();
  });
});

describe("what cannot be read", () => {
  test("formulas without a stored result are refused", async () => {
    const { message, advice } = await refusal([book("uncomputed")]);
    expect(message).toMatch(/uncomputed\.xlsx: some cells have a formula whose result is not stored/);
    expect(advice).toMatch(/which will compute them/);
  });

  test("damaged and truncated workbooks are refused", async () => {
    const bytes = readFileSync(book("plain"));
    const { path } = folderOf({ "a.xlsx": bytes });
    for (const length of [bytes.length - 30, Math.floor(bytes.length / 2), 100]) {
      writeFileSync(path("a.xlsx"), bytes.subarray(0, length));
      expect((await refusal([path("a.xlsx")])).message).toMatch(/a\.xlsx: this zip archive cannot be read/);
    }
    const damaged = Buffer.from(bytes);
    const at = damaged.indexOf("xl/worksheets/sheet1.xml") + 400;
    damaged.fill(0x55, at, at + 20);
    writeFileSync(path("a.xlsx"), damaged);
    expect((await refusal([path("a.xlsx")])).message).toMatch(/sheet1\.xml is damaged/);
  });

  test("a workbook with a different file name extension is read anyway", async () => {
    const { path } = folderOf({ "a.csv": "" });
    copyFileSync(book("plain"), path("a.csv"));
    expect((await read([path("a.csv")])).recordings.time.length).toBe(120);
  });

  test("workbooks in the old format are refused", async () => {
    const { path } = folderOf({ "a.xls": Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600)]) });
    const { message, advice } = await refusal([path("a.xls")]);
    expect(message).toMatch(/an old Excel workbook \(\.xls\), or one with a password/);
    expect(advice).toMatch(/\.xlsx/);
  });
});
