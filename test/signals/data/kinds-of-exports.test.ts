// Tests one small recording of each kind that a reader would silently misread if it trusted names and clocks. Each recording is
// read correctly, or rejected with advice.

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { findSensors } from "../../../src/signals/data/find-sensors.ts";
import { openRecordings } from "../../../src/signals/data/open-recordings.ts";
import type { ReadRecordingsOptions } from "../../../src/signals/data/read-recordings.ts";
import { type ReadRecordings, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { refuseAbsurdValues } from "../../../src/signals/data/refuse-absurd-values.ts";
import { refuseMixedSensors } from "../../../src/signals/data/refuse-mixed-sensors.ts";
import { zipArchive } from "../forms/zip-archive.ts";
import { type ClockRow, clockTable } from "./clocks.ts";
import { folderOf } from "./tables.ts";

const start = Date.UTC(2024, 4, 13, 10) / 1000;
const rowsOfTable = 4 * 400;
const seconds = ({ i }: ClockRow): string => (i / 50).toFixed(2);
const plain = clockTable("timestamp_s", seconds);

async function read(
  files: Readonly<Record<string, string | Uint8Array>>,
  columns: ReadRecordingsOptions["columns"] = {},
): Promise<ReadRecordings> {
  const folder = folderOf(files);
  return readRecordings(Object.keys(files).map(folder.path), { requireLabels: true, nominalRateHz: 50, columns });
}

async function refusal(files: Readonly<Record<string, string | Uint8Array>>): Promise<UserError> {
  const error = await read(files).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).advice).toBeDefined();
  return error as UserError;
}

const people = ({ quality }: ReadRecordings): string[] => Object.keys(quality.persons);
const classes = ({ quality }: ReadRecordings): string[] => Object.keys(quality.classes);
/** Expects all rows to be kept, at 50 Hz. */
function expectWhole({ quality }: ReadRecordings, rows = rowsOfTable): void {
  expect(quality.rows.kept).toBe(rows);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 0);
}

describe("people and classes", () => {
  test("one person in two spellings is read as one, with a warning", async () => {
    const found = await read({
      "a.csv": `${plain}${plain
        .split("\n")
        .slice(1)
        .join("\n")
        .replaceAll(/^ann,/gm, "Ann ,")
        .replaceAll(/^bob,.*\n/gm, "")
        .replaceAll("ann-", "again-")}`,
    });
    expect(people(found)).toEqual(["ann", "bob"]);
    expect(found.quality.warnings.join()).toMatch(/"ann" and "Ann" are read as one person/);
  });

  test("one person's values under another id cause a warning", async () => {
    const copied = plain
      .split("\n")
      .filter((line) => line.startsWith("ann,"))
      .map((line) => line.replaceAll("ann", "eve"));
    const found = await read({ "a.csv": `${plain}${copied.join("\n")}\n` });
    expect(found.quality.warnings.join()).toMatch(/ann.*eve|eve.*ann/);
  });

  test("marks for missing labels are no class, and classes that differ only in case are one", async () => {
    const lines = plain
      .split("\n")
      .map((line, i) =>
        i % 40 === 3
          ? line.replace(/,(walking|sitting),/, ",nan,")
          : i % 2
            ? line.replace(",walking,", ",Walking,")
            : line,
      );
    expect(
      classes(await read({ "a.csv": lines.join("\n") }))
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual(["sitting", "walking"]);
  });

  test("ids that look like dates and times stay as they are", async () => {
    const found = await read({
      "a.csv": plain
        .replaceAll(/^ann,/gm, "01-02-20,")
        .replaceAll(/^bob,/gm, "02-02-20,")
        .replaceAll(/,(ann|bob)-walking,/g, ",09:15,")
        .replaceAll(/,(ann|bob)-sitting,/g, ",10:15,"),
    });
    expect(people(found)).toEqual(["01-02-20", "02-02-20"]);
    expect(new Set(found.recordings.stretches.map(({ recording }) => recording))).toEqual(new Set(["09:15", "10:15"]));
  });

  test("a person's id is read from the file's name, although only one file has another column", async () => {
    const of = (name: string): string =>
      plain
        .split("\n")
        .filter((line, i) => i === 0 || line.startsWith(name))
        .map((line) => line.replace(/^[^,]*,/, ""))
        .join("\n");
    const more = of("bob")
      .split("\n")
      .map((line, i) => (line === "" ? "" : `${line},${i === 0 ? "battery" : 97}`))
      .join("\n");
    const found = await read({ "sub_1.csv": of("ann"), "sub_2.csv": more }, { groupFromPath: "sub_{user}" });
    expect(people(found)).toEqual(["1", "2"]);
    expectWhole(found);
  });
});

describe("clocks", () => {
  test("whole seconds at 50 Hz are spread evenly", async () => {
    expectWhole(await read({ "a.csv": clockTable("timestamp", ({ i }) => start + Math.floor(i / 50)) }));
  });

  test("packets of five samples are spread evenly", async () => {
    expectWhole(
      await read({
        "a.csv": clockTable("timestamp_s", ({ i }) => (0.1 * Math.floor(i / 5) + 0.001 * (i % 5)).toFixed(3)),
      }),
    );
  });

  test("timestamps are in ms, although their name ends in s", async () => {
    expectWhole(await read({ "a.csv": clockTable("timestamps", ({ i }) => 20 * i) }));
  });

  test("one file in s and one in ms are each read in their own unit", async () => {
    const of = (name: string, perSecond: number): string =>
      clockTable("time", ({ i }) => ((perSecond * i) / 50).toFixed(2), { people: [name] });
    expectWhole(await read({ "a.csv": of("ann", 1), "b.csv": of("bob", 1000) }));
  });

  test.each([
    [
      "05/13/2024 10:00:00.020",
      (iso: string) => `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 23)}`,
    ],
    ["2024-05-13 10:00:00:020", (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 19)}:${iso.slice(20, 23)}`],
    [
      "2024-05-13 10:00:00.020+0100 [Europe/London]",
      (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 23)}+0100 [Europe/London]`,
    ],
    ["00:00.0", (iso: string) => iso.slice(14, 21)],
  ])("%s", async (_, form) => {
    expectWhole(
      await read({ "a.csv": clockTable("time", ({ i }) => form(new Date(1000 * start + 20 * i).toISOString())) }),
    );
  });

  test("ticks of 10 ms are asked about or read at their own rate, not ten times too slowly", async () => {
    const error = await refusal({ "a.csv": clockTable("timestamp_s", ({ i }) => 2 * i) });
    expect(error.message).toMatch(/expected a plausible sampling rate/);
    expectWhole(await read({ "a.csv": clockTable("timestamp", ({ i }) => 2 * i) }, { timeUnit: "10ms" }));
  });

  test("the end of daylight saving time is named, and sorting is not the advice", async () => {
    const change = Date.UTC(2024, 9, 27, 1);
    const local = ({ i }: ClockRow): string => {
      const at = change - 4000 + 20 * i;
      return new Date(at < change ? at + 3_600_000 : at).toISOString().slice(0, 23);
    };
    const { advice } = await refusal({ "a.csv": clockTable("time", local) });
    expect(advice).toMatch(/daylight saving time.*--time-zone/);
  });
});

describe("sensors and values", () => {
  test("a long table with a column of sensors is read as two sensors, not as a zigzag", async () => {
    const [header, ...lines] = plain.trimEnd().split("\n");
    const rows = lines.flatMap((line) => [
      `${line},acc`,
      `${line.replace(/,[^,]*,[^,]*,[^,]*$/, (own) =>
        own
          .split(",")
          .map((v) => (v === "" ? "" : (Number(v) / 10).toFixed(4)))
          .join(","),
      )},gyro`,
    ]);
    const found = await read({ "a.csv": `${header!.replace("Ax,Ay,Az", "x,y,z")},sensor\n${rows.join("\n")}\n` });
    expect(found.recordings.channels).toEqual(["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]);
    expectWhole(found);
  });

  test("two wrists in one table are asked about", async () => {
    const [header, ...lines] = plain.trimEnd().split("\n");
    const rows = lines.flatMap((line) => [
      `${line},left`,
      `${line.replace(/,(-?\d[\d.]*)$/, ",-$1").replace("--", "")},right`,
    ]);
    const { advice } = await refusal({ "a.csv": `${header},wrist\n${rows.join("\n")}\n` });
    expect(advice).toMatch(/--only/);
    expect(advice).toMatch(/--pivot/);
  });

  test("a gyroscope is found even if its columns come first", async () => {
    const text = plain
      .replace("Ax,Ay,Az", "x-axis (deg/s),y-axis (deg/s),z-axis (deg/s),x-axis (g),y-axis (g),z-axis (g)")
      .replaceAll(
        /,(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)$/gm,
        (_, x, y, z) => `,${10 * Number(x)},${Number(y)},0.5,${Number(x) / 9.8},${Number(y) / 9.8},${Number(z) / 9.8}`,
      );
    const folder = folderOf({ "a.csv": text });
    const opened = await openRecordings([folder.path("a.csv")], { requireLabels: true });
    const kinds = findSensors(opened.rows, []).sensors.map(({ kind, channels }) => `${kind} ${channels[0]}`);
    opened.rows.close();
    expect(kinds).toContain("accelerometer x-axis (g)");
    expect(kinds).toContain("gyroscope x-axis (deg/s)");
  });

  test("people in g among people in m/s^2 are refused by name", async () => {
    const of = (name: string, scale: number): string => clockTable("timestamp_s", seconds, { people: [name], scale });
    const folder = folderOf({ "a.csv": of("ann", 1), "b.csv": of("bob", 1 / 9.80665) });
    const opened = await openRecordings(["a.csv", "b.csv"].map(folder.path), { requireLabels: true });
    const { mixed } = findSensors(opened.rows, []);
    opened.rows.close();
    expect(() => refuseMixedSensors(mixed, false)).toThrow(/ann.*bob|bob.*ann/);
  });

  test("zeros on all axes in place of lost samples cause a warning", async () => {
    const warnings = async (text: string): Promise<readonly string[]> => {
      const opened = await openRecordings([folderOf({ "a.csv": text }).path("a.csv")], { requireLabels: true });
      const found = findSensors(opened.rows, []);
      opened.rows.close();
      return found.warnings;
    };
    const lines = plain.split("\n");
    const lost = lines.map((line, i) => (i % 80 === 40 ? line.replace(/,[^,]*,[^,]*,[^,]*$/, ",0,0,0") : line));
    expect((await warnings(plain)).join()).not.toContain("on all axes");
    expect((await warnings(lost.join("\n"))).join()).toMatch(/\(Ax, Ay, Az\): 1\.\d % of its rows are 0 on all axes/);
  });

  test("-9999 in place of missing values is refused", async () => {
    const text = plain
      .split("\n")
      .map((line, i) => (i % 200 === 100 ? line.replace(/[^,]*$/, "-9999") : line))
      .join("\n");
    const folder = folderOf({ "a.csv": text });
    const opened = await openRecordings([folder.path("a.csv")], { requireLabels: true });
    const refused = refuseAbsurdValues(opened.rows.channels, (c) => opened.rows.column(c), opened.files);
    await expect(refused).rejects.toThrow(/-9999/);
    opened.rows.close();
  });
});

describe("files that are not plain tables", () => {
  test("UTF-16, zip archives, gzip and spaces are read, and a file without names asks for --columns", async () => {
    expectWhole(await read({ "a.txt": Buffer.from(`\ufeff${plain.replaceAll(",", "\t")}`, "utf16le") }));
    expectWhole(await read({ "a.zip": zipArchive({ "a.csv": Buffer.from(plain) }) }));
    expectWhole(await read({ "a.dat": plain.replaceAll(",", " ") }));
    expectWhole(await read({ "a.csv.gz": gzipSync(plain) }));
    const { advice } = await refusal({ "a.csv": plain.split("\n").slice(1).join("\n") });
    expect(advice).toMatch(/--columns/);
  });
});
