// Tests times written as text: every format gives the same time steps, and one format is chosen for the entire file.
import { describe, expect, test } from "vitest";
import { DataFault } from "../../../src/data-fault.ts";
import type { ReadRecordingsOptions } from "../../../src/signals/data/open-recordings.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { clockTable } from "../data/clocks.ts";
import { folderOf } from "../data/tables.ts";

const ten = Date.UTC(2026, 4, 4, 10) / 1000;

interface Parts {
  readonly [part: string]: string;
}

/** Returns the parts of the date and time of row i at 50 Hz, counted from `start` (seconds since 1970). */
function parts(i: number, start: number = ten): Parts {
  const date = new Date(Math.round((start + i / 50) * 1000));
  const two = (n: number): string => `${n}`.padStart(2, "0");
  return {
    Y: `${date.getUTCFullYear()}`,
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    H: two(date.getUTCHours()),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    f: `${date.getUTCMilliseconds()}`.padStart(3, "0"),
    t: `${Math.floor(date.getUTCMilliseconds() / 100)}`,
  };
}

function written(form: string, i: number, start?: number): string {
  const of = parts(i, start);
  return form.replace(/%(\w)/g, (_, part: string) => of[part]!);
}

async function readTimes(
  time: (i: number) => string,
  columns: NonNullable<ReadRecordingsOptions["columns"]> = {},
  rows = 400,
) {
  const { path } = folderOf({ "a.csv": clockTable("timestamp", ({ i }) => time(i), { rows }) });
  const read = await readRecordings([path("a.csv")], { columns, requireLabels: true, nominalRateHz: 50 });
  return { ...read, from: read.recordings.time.slice(0, rows) };
}

function expectEven(time: Float64Array, start: number | null): void {
  for (const [i, at] of time.entries()) expect(at - time[0]!).toBeCloseTo(i / 50, 4);
  if (start !== null) expect(time[0]).toBeCloseTo(start, 4);
}

describe("one form in the whole file", () => {
  test.each([
    ["%m/%d/%Y %H:%M:%S.%f", null],
    ["%Y-%m-%d %H:%M:%S:%f", ten],
    ["%Y-%m-%dT%H.%M.%S.%f", ten],
    ["%d.%m.%Y %H:%M:%S.%f", ten],
    ["%Y/%m/%d/%H:%M:%S.%f", ten],
    ["%d/May/%Y:%H:%M:%S.%f", ten],
    ["%Y/%m/%d %H:%M:%S.%f", ten],
    ["%d-May-%Y %H:%M:%S.%f", ten],
    ["%Y-%m-%d %H:%M:%S.%f+0100 [Europe/London]", ten - 3600],
    ["%Y-%m-%dT%H:%M:%S.%f-03:30", ten + 3.5 * 3600],
    ["%Y-%m-%dT%H:%M:%S.%fZ", ten],
    ["%m/%d/%Y %H:%M:%S.%f AM", ten],
    ["%m/%d/%Y %H:%M:%S.%f a. m.", ten],
    ["%H:%M:%S.%f", 36_000],
    ["%Y%m%d%H%M%S%f", ten],
    ["%Y%m%d%H%M%S.%f", ten],
    ["%Y%m%dT%H%M%S.%fZ", ten],
    ["%Y%m%d-%H%M%S.%f", ten],
    ["%Y%m%d_%H%M%S_%f", ten],
    ["%Y%m%dT%H%M%S.%f+0200", ten - 7200],
    ["%Y%m%d %H:%M:%S.%f", ten],
    ["%Y%m%d-%H:%M:%S.%fZ", ten],
    ["May %d %Y %H:%M:%S.%f", ten],
    ['"May %d, %Y, %H:%M:%S.%f AM"', ten],
    ["Mon May %d %Y %H:%M:%S.%f GMT+0200 (Central European Summer Time)", ten - 7200],
    ["Mon May %d %H:%M:%S.%f %Y", ten],
    ["Mon May %d %H:%M:%S.%f GMT+02:00 %Y", ten - 7200],
    ["Mon May %d %H:%M:%S.%f CEST %Y", ten],
    ['"Mon, %d May %Y %H:%M:%S.%f GMT"', ten],
    ["%Y:%m:%d %H:%M:%S.%f", ten],
    ["%Y年%m月%d日 %H:%M:%S.%f", ten],
    ["%Y年%m月%d日%H时%M分%S.%f秒", ten],
    ["%Y/%m/%d 上午 %H:%M:%S.%f", ten],
    ["%Y-%m-%d %H:%M:%S.%f 下午", ten + 43_200],
    ["%Y. %m. %d. %H:%M:%S.%f", ten],
    ["%Y. %m. %d. 오후 %H:%M:%S.%f", ten + 43_200],
    ["%Y/%m/%d 午後 %H:%M:%S.%f", ten + 43_200],
    ["%Y-%m-%d_%H-%M-%S.%f", ten],
    ["%Y-%m-%d-%H-%M-%S-%f", ten],
    ["%Y/%m/%d-%H:%M:%S.%f", ten],
    ["%H:%M:%S.%f %Y-%m-%d", ten],
    ["0 days %H:%M:%S.%f000", 36_000],
    ["%Hh%Mm%S.%fs", 36_000],
    ["%M:%S.%f", 0],
    ["%H-%M-%S-%f", 36_000],
    ["%H_%M_%S.%f", 36_000],
  ])("%s is read evenly", async (form, start) => {
    const { from, quality } = await readTimes((i) => written(form, i));
    expect(quality.rows).toMatchObject({ kept: 1600, dropped: { missing_time: 0, duplicate_time: 0 } });
    expectEven(from, start);
  });

  test("a time in another form is refused, not read as missing", async () => {
    const mixed = readTimes((i) => written(i === 7 ? "%d %m" : "%Y-%m-%d %H:%M:%S:%f", i));
    await expect(mixed).rejects.toThrow(
      /data row 8, column "timestamp": expected the form of the other times, found "04 05"/,
    );
  });

  test.each(["%H:%M:%S.%f", "%M:%S.%f"])(
    "a time of day in another form is refused, not read as 0: %s",
    async (form) => {
      const mixed = readTimes((i) => (i === 7 ? "10h 0" : written(form, i)));
      await expect(mixed).rejects.toThrow(/data row 8, .*expected the form of the other times, found "10h 0"/);
    },
  );

  test.each(["%H:%M:%S:%f", "%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S:%f"])(
    "a fraction may lack the zeros at its end, even if nothing is left of it: %s",
    async (form) => {
      const { from } = await readTimes((i) => written(form, i).replace(/0+$/, ""));
      expectEven(from, null);
    },
  );

  test("an offset is in all times or in none", async () => {
    const mixed = readTimes((i) => written(`%Y-%m-%d %H:%M:%S:%f${i < 9 ? "" : " +0100"}`, i));
    await expect(mixed).rejects.toThrow(/expected an offset from UTC in all times or in none/);
  });
});

describe("durations with their units", () => {
  test.each([
    ["ms", (i: number) => `${20 * i} ms`],
    ["s", (i: number) => `${(i / 50).toFixed(2)}s`],
    ["us", (i: number) => `${20_000 * i} µs`],
    ["nanoseconds", (i: number) => `${2e7 * i} nanoseconds`],
    ["ISO 8601", (i: number) => `PT${Math.floor(i / 100)}M${((i % 100) / 50).toFixed(2)}S`],
  ])("are read in %s", async (unit, time) => {
    const { from } = await readTimes(time, {}, 99);
    expect(unit === "ISO 8601" ? from[1]! - from[0]! : from[98]! - from[0]!).toBeCloseTo(
      unit === "ISO 8601" ? 0.02 : 98 / 50,
      4,
    );
  });
});

describe("numbers without leading zeros", () => {
  const joined = (form: string) => (i: number) => written(form, i, ten + 3595).replace(/(?<=[: .-])0+(?=\d)/g, "");

  test.each(["%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S:%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S:%f"])(
    "are read in the form %s",
    async (form) => {
      const { from, quality } = await readTimes(joined(form));
      expect(from[399]! - from[0]!).toBeCloseTo(399 / 50, 4);
      if (form.endsWith("f")) expect(quality.warnings.join()).toMatch(/lack leading zeros, so \.5 is read as 0\.005 s/);
    },
  );

  test("times with AM and without seconds are spread evenly", async () => {
    const { from } = await readTimes((i) => written("%H:%M AM", i), {}, 3100);
    expect(from[3000]! - from[0]!).toBeCloseTo(60, 1);
  });
});

test("files with different orders of day and month are reported", async () => {
  const table = (start: number): string =>
    clockTable("timestamp", ({ i }) => written("%d/%m/%Y %H:%M:%S.%f", i, start), { rows: 60, people: ["ann"] });
  const { path } = folderOf({ "a.csv": table(ten), "b.csv": table(ten + 13 * 86_400) });
  const { quality } = await readRecordings([path("a.csv"), path("b.csv")], { requireLabels: false });
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(/^The files have different orders of day and month: mdy in .*a\.csv, dmy in .*b\.csv\./),
  );
});

describe("dates in unusual forms", () => {
  const midnight = Date.UTC(2026, 4, 5) / 1000 - 4;

  test("14 digits past midnight are dates, not seconds", async () => {
    const { from } = await readTimes((i) => written("%Y%m%d%H%M%S", i, midnight));
    expectEven(from, midnight);
  });

  test("the last of three numbers is the year, with two digits", async () => {
    const short = (i: number): string => written("%d/%m/%Y %H:%M:%S.%f", i, midnight).replace("/20", "/");
    expectEven((await readTimes(short)).from, midnight);
  });

  test("a two-digit year comes first if it would otherwise be long ago", async () => {
    const { from, quality } = await readTimes((i) => written("%Y/%m/%d %H:%M:%S.%f", i).slice(2));
    expectEven(from, ten);
    expect(quality.warnings).toContainEqual(
      expect.stringMatching(/the year is assumed to come first, as in "26\/05\/04/),
    );
  });

  test.each([
    [(form: string) => form.slice(2), /expected years with four digits, found "26-05-04 10:00:00\.000"/],
    [(form: string) => `day ${form}`, /expected numbers, dates or times of day, found "day 2026-05-04 10:00:00\.000"/],
    [
      (form: string) => `${form} CEST`,
      /expected numbers, dates or times of day, found "2026-05-04 10:00:00\.000 CEST"/,
    ],
  ])("times that cannot be told apart, or are unknown, ask for --time-format", async (change, message) => {
    const read = readTimes((i) => change(written("%Y-%m-%d %H:%M:%S.%f", i)));
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toMatchObject({ advice: expect.stringContaining("--time-format") });
  });
});

describe("day and month", () => {
  const midnight = Date.UTC(2026, 4, 5) / 1000 - 4;

  test.each(["%d/%m/%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S.%f"])(
    "%s past midnight: the order by which the recording is not torn apart, with a warning",
    async (form) => {
      const { from, quality } = await readTimes((i) => written(form, i, midnight));
      expectEven(from, midnight);
      expect(quality.warnings.join()).toMatch(/could begin with the day or the month/);
    },
  );

  test("one date leaves the order open, which is said; another file decides it", async () => {
    const lone = (i: number): string => written("%d/%m/%Y %H:%M:%S.%f", i);
    const { quality } = await readTimes(lone);
    expect(quality.warnings.join()).toMatch(/only one date, "04\/05\/2026 .*--time-format/);
    const table = (start: number): string =>
      clockTable("timestamp", ({ i }) => written("%d/%m/%Y %H:%M:%S.%f", i, start), { rows: 60, people: ["ann"] });
    const { path } = folderOf({ "a.csv": table(ten + 13 * 86_400), "b.csv": table(ten + 31 * 86_400) });
    const read = await readRecordings([path("a.csv"), path("b.csv")], { requireLabels: false });
    expect(read.quality.warnings.join()).not.toMatch(/day/);
    expect(read.recordings.time.at(-1)! - read.recordings.time[0]!).toBeCloseTo(18 * 86_400 + 59 / 50, 3);
  });

  test("decimals with a comma mean that the day comes first", async () => {
    const { from, quality } = await readTimes(
      (i) => `"${written("%d/%m/%Y %H:%M:%S.%f", i).replace(/\.(?=\d+$)/, ",")}"`,
    );
    expectEven(from, ten);
    expect(quality.warnings.join()).not.toMatch(/day or the month/);
  });

  test("dates that make sense in both orders are refused", async () => {
    const both = (i: number): string => written(i < 200 ? "05/06/2026 %H:%M:%S.%f" : "06/07/2026 %H:%M:%S.%f", i);
    await expect(readTimes(both)).rejects.toThrow(/expected dates that show whether the day or the month comes first/);
    await expect(readTimes(both)).rejects.toMatchObject({ advice: expect.stringContaining("--time-format") });
  });

  test("one date above 12 decides for all", async () => {
    const late = Date.UTC(2026, 4, 13) / 1000 - 4;
    const { from, quality } = await readTimes((i) => written("%d/%m/%Y %H:%M:%S.%f", i, late));
    expectEven(from, late);
    expect(quality.warnings.join()).not.toMatch(/day or the month/);
  });

  test("are refused if no order fits all rows, and a given format is followed", async () => {
    const torn = (i: number): string => written(i < 5 ? "%m/13/%Y %H:%M:%S.%f" : "13/%m/%Y %H:%M:%S.%f", i);
    await expect(readTimes(torn)).rejects.toThrow(DataFault);
    const { from } = await readTimes((i) => written("%m/%d/%Y %H:%M:%S.%f", i), { timeFormat: "%m/%d/%Y %H:%M:%S.%f" });
    expectEven(from, ten);
    const other = readTimes((i) => written("%m/%d/%Y %H:%M:%S.%f", i), { timeFormat: "%H:%M:%S" });
    await expect(other).rejects.toThrow(/data row 1, column "timestamp": expected --time-format %H:%M:%S, found/);
  });
});

describe("clocks that begin again", () => {
  test("a time of day continues past midnight, with a warning", async () => {
    const { from, quality } = await readTimes((i) => written("%H:%M:%S.%f", i, Date.UTC(2026, 4, 5) / 1000 - 3));
    expectEven(from, 86_397);
    expect(quality.warnings.join()).toMatch(/has no date, and its clock begins again/);
  });

  test("a spreadsheet's minutes and seconds in tenths continue past the hour, with a warning", async () => {
    const { from, quality } = await readTimes((i) => written("%M:%S.%t", i, ten - 3));
    expectEven(from, 3597);
    expect(quality.warnings.join()).toMatch(/has no hour.*about 5 rows share each time/);
  });

  const local = (i: number): string => {
    const fallBack = Date.UTC(2026, 9, 25, 1) / 1000;
    const utc = fallBack - 4 + i / 50;
    return written("%Y-%m-%d %H:%M:%S.%f", i, (utc < fallBack ? 7200 : 3600) + fallBack - 4);
  };

  test("the end of daylight saving time is named, and a zone resolves it", async () => {
    const fault = await readTimes(local).catch((error: unknown) => error);
    expect((fault as DataFault).message).toContain("time runs backwards");
    expect((fault as DataFault).advice).toMatch(
      /end of daylight saving time\. Export the times in UTC, or .*--time-zone/,
    );
    const { from } = await readTimes(local, { timeZone: "Europe/Paris" });
    expectEven(from, Date.UTC(2026, 9, 25, 1) / 1000 - 4);
    await expect(readTimes(local, { timeZone: "Europe/Pari" })).rejects.toThrow(/expected a time zone/);
  });

  test("the beginning of daylight saving time leaves no hour out of a recording with a zone", async () => {
    const forward = Date.UTC(2026, 2, 29, 1) / 1000;
    const time = (i: number): string =>
      written("%Y-%m-%d %H:%M:%S.%f", i, (forward - 4 + i / 50 < forward ? 3600 : 7200) + forward - 4);
    const { from, quality } = await readTimes(time, { timeZone: "Europe/Paris" });
    expectEven(from, forward - 4);
    expect(quality.gaps.count).toBe(0);
  });
});

test.each([
  ["10ms", (i: number) => i * 2],
  ["1/128s", (i: number) => i * 2.56],
  ["samples", (i: number) => i],
  ["ms", (i: number) => i * 20],
  ["days", (i: number) => i / 50 / 86_400],
])("--time-unit %s gives evenly spaced times", async (timeUnit, time) => {
  const { from } = await readTimes((i) => `${time(i)}`, { timeUnit });
  expectEven(from, 0);
});
