// Tests dates in twelve digits, and clocks of GPS receivers.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { clockTable } from "../data/clocks.ts";
import { folderOf } from "../data/tables.ts";

const start = Date.UTC(2026, 4, 14, 10, 0, 57) / 1000;

async function read(column: string, time: (i: number) => string) {
  const { path } = folderOf({ "a.csv": clockTable(column, ({ i }) => time(i)) });
  const { recordings, quality, columns } = await readRecordings([path("a.csv")], {
    requireLabels: true,
    likelyRateHz: 50,
  });
  return { time: recordings.time.slice(0, 400), warnings: quality.warnings, columns };
}

function expectEven(time: Float64Array, from: number): void {
  expect(time[0]).toBeCloseTo(from, 4);
  for (const [i, at] of time.entries()) expect(at - time[0]!).toBeCloseTo(i / 50, 4);
}

/** Returns the date and time of row i in digits, with the parts of the date in the given order. */
function digits(i: number, order: string, end: string): string {
  const date = new Date(Math.round((start + i / 50) * 1000)).toISOString();
  const ms = date.slice(20, 23);
  const parts: Record<string, string> = { y: date.slice(2, 4), m: date.slice(5, 7), d: date.slice(8, 10) };
  return `${[...order].map((part) => parts[part]).join("")}${date.slice(11, 19).replaceAll(":", "")}${end.replace("f", ms)}`;
}

test.each([
  ["yymmddhhmmss.fff", "ymd", ".f"],
  ["yymmddhhmmssfff", "ymd", "f"],
  ["ddmmyyhhmmss.fff, whose durations are right", "dmy", ".f"],
])("reads %s as dates", async (_, order, end) => {
  const { time, warnings } = await read("timestamp", (i) => digits(i, order, end));
  if (order === "ymd") expectEven(time, start);
  else for (const [i, at] of time.entries()) expect(at - time[0]!).toBeCloseTo(i / 50, 4);
  expect(warnings.join("\n")).toMatch(/read as dates in digits/);
});

test("twelve digits of microseconds stay numbers", async () => {
  const { time } = await read("timestamp", (i) => String(260_504_100_000 + i * 20_000));
  for (const [i, at] of time.entries()) expect(at - time[0]!).toBeCloseTo(i / 50, 4);
  expect(time[0]).toBeCloseTo(260_504.1, 3);
});

const [week, tow] = [2418, 381_657];

test.each([
  ["week,tow", (i: number) => `${week},${(tow + i / 50).toFixed(2)}`],
  ["GPS_Week,iTOW", (i: number) => `${week},${(1000 * tow + 20 * i).toFixed(0)}`],
  ["GWk,GMS", (i: number) => `${week},${(1000 * tow + 20 * i).toFixed(0)}`],
  ["week number,time of week (s)", (i: number) => `${week - 2048},${(tow + i / 50).toFixed(2)}`],
])("%s: the week and the time of week are joined, without leap seconds", async (column, time) => {
  const from = Date.UTC(1980, 0, 6) / 1000 + week * 604_800 + tow - 18;
  const { time: read50, columns } = await read(column, time);
  expectEven(read50, from);
  expect(columns.time).toBe(`${column.replace(",", " + ")} (s)`);
});

test("the time of week continues after the end of the week", async () => {
  const { time, warnings } = await read("tow", (i) => ((604_796 + i / 50) % 604_800).toFixed(2));
  for (const [i, at] of time.entries()) expect(at - time[0]!).toBeCloseTo(i / 50, 4);
  expect(warnings.join("\n")).toMatch(/overflows at 604,800, as the time of a GPS week does/);
});

test("seconds that GPS may have counted are named", async () => {
  const { warnings } = await read("gps_time", (i) => (1_462_000_000 + i / 50).toFixed(2));
  expect(warnings.join("\n")).toMatch(
    /"gps_time" is read as counting from 1970, which gives 2016-04-30. If it counts from 1980/,
  );
  const { warnings: unix } = await read("gps_time", (i) => (1_778_000_000 + i / 50).toFixed(2));
  expect(unix.join("\n")).not.toMatch(/1980/);
});
