// Tests clocks whose parts are in several columns.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { clockTable } from "../data/clocks.ts";
import { folderOf } from "../data/tables.ts";

const ten = Date.UTC(2026, 4, 4, 10) / 1000;

/** Replaces %Y, %m, %d, %H, %M, %S, %f (three digits) and %T (seconds of the day) with the parts of row i's time. */
function written(form: string, i: number, start: number = ten): string {
  const date = new Date(Math.round((start + i / 50) * 1000));
  const text = date.toISOString();
  const [Y, m, d, H, M, S, f] = text.split(/[-T:.Z]/);
  const T = ((date.getTime() / 1000) % 86_400).toFixed(3);
  const of: Record<string, string | undefined> = { Y, m, d, H, M, S, f, T };
  return form.replace(/%(\w)/g, (_, part: string) => of[part]!);
}

async function read(columns: string, time: (i: number) => string, rows = 120) {
  const { path } = folderOf({ "a.csv": clockTable(columns, ({ i }) => time(i), { rows, people: ["ann"] }) });
  const found = await readRecordings([path("a.csv")], { requireLabels: true });
  return { ...found, time: found.recordings.time.slice(0, rows) };
}

const midnight = Date.UTC(2026, 4, 5) / 1000 - 1;

test.each([
  ["Date,Time", "%Y-%m-%d,%H:%M:%S.%f"],
  ["Datum,Zeit", "%d.%m.%Y,%H:%M:%S.%f"],
  ["date,Timestamp", "%Y%m%d,%H%M%S.%f"],
  ["date,Timestamp", "%Y%m%d,%H%M%S%f"],
  ["date,time", "%Y/%m/%d,%H%M%S.%f"],
  ["date,time", "%Y-%m-%d 00:00:00,%H:%M:%S.%f"],
  ["date,time", "%Y-%m-%d,%H:%M:%S.%fZ"],
  ["Date,Time,Milliseconds", "%Y/%m/%d,%H:%M:%S,%f"],
  ["datetime,ms", "%Y-%m-%d %H:%M:%S,%f"],
  ["date,ms", "%Y-%m-%d %H:%M:%S,%f"],
  ["date,time", "%Y-%m-%d,%T"],
  ["date,seconds_of_day", "%Y-%m-%d,%T"],
  ["year,month,day,hour,minute,second", "%Y,%m,%d,%H,%M,%S.%f"],
  ["Year,Month,Day,Hour,Minute,Second,Millisecond", "%Y,%m,%d,%H,%M,%S,%f"],
  ["Year,Month,Day,Hour,minutes,seconds,milliseconds", "%Y,%m,%d,%H,%M,%S,%f"],
])("%s as %s is one clock", async (columns, form) => {
  const start = columns === "date,time" && form.endsWith("%T") ? ten : midnight;
  const { time, columns: found, quality } = await read(columns, (i) => written(form, i, start));
  expect(found.time).toBe(columns.replaceAll(",", " + "));
  for (const [i, at] of time.entries()) expect(at).toBeCloseTo(start + i / 50, 3);
  expect(quality.warnings).toEqual([]);
});

test("digits of a time of day may lack the leading zero of the hour", async () => {
  const start = ten - 1;
  const { time, columns } = await read("date,time", (i) => written("%Y-%m-%d,%H%M%S%f", i, start).replace(",0", ","));
  expect(columns.time).toBe("date + time");
  for (const [i, at] of time.entries()) expect(at).toBeCloseTo(start + i / 50, 3);
});

test("milliseconds since midnight are not read as digits of a time of day", async () => {
  const { time, columns } = await read("date,time", (i) => `2026-05-04,${10_123_450 + 20 * i}`);
  expect(columns.time).toBe("time");
  expect(time[50]! - time[0]!).toBeCloseTo(1, 6);
});

test("the order of day and month is decided over the whole file", async () => {
  const start = Date.UTC(2026, 4, 13) / 1000 - 1;
  const { time } = await read("Date,Time", (i) => written("%m/%d/%Y,%H:%M:%S.%f", i, start));
  expect(time[0]).toBeCloseTo(start, 3);
  expect(time.at(-1)).toBeCloseTo(start + 119 / 50, 3);
});

test("a date beside elapsed time is named, because it is not part of the clock", async () => {
  const { time, quality } = await read("date,time_s", (i) => `2026-05-04,${i / 50}`);
  expect(time[50]).toBeCloseTo(1, 6);
  expect(quality.warnings).toEqual([
    expect.stringMatching(/^Column "time_s" has no date, and column "date" is not combined with it/),
  ]);
});

test.each([
  ["date_of_birth,time_s", (i: number) => `1990-05-04,${i / 50}`],
  ["ms,time_s", (i: number) => `${(20 * i) % 1000},${i / 50}`],
])("%s is not joined", async (columns, time) => {
  const { columns: found, quality } = await read(columns, time);
  expect(found.time).toBe("time_s");
  expect(quality.warnings).toEqual([]);
});

test("whole seconds since 1970 are joined with their milliseconds", async () => {
  const { time, columns } = await read("timestamp,ms", (i) => `${ten + Math.floor(i / 50)},${(20 * i) % 1000}`);
  expect(columns.time).toBe("timestamp + ms (s)");
  expect(time[75]).toBeCloseTo(ten + 1.5, 3);
});

test.each([
  ["epoch,millis", "epoch + millis (s)"],
  ["utc,ms", "utc + ms (s)"],
  ["timestamp [s],timestamp [ms]", "timestamp [s] + timestamp [ms] (s)"],
  ["time,subsecond_ms", "time + subsecond_ms (s)"],
  ["Time (s),Fraction (ms)", "Time (s) + Fraction (ms) (s)"],
])("%s are joined", async (names, joined) => {
  const { time, columns } = await read(names, (i) => `${ten + Math.floor(i / 50)},${(20 * i) % 1000}`);
  expect(columns.time).toBe(joined);
  expect(time[75]).toBeCloseTo(ten + 1.5, 3);
});

test("milliseconds that restart within a second do not belong to it", async () => {
  const { columns } = await read("latency_ms,time_s", (i) => `${(7 * i) % 40},${Math.floor(i / 50)}`);
  expect(columns.time).toBe("time_s");
});
