// Tests the unit of a numeric clock, which is given or inferred for each file, and rejected if the resulting rate is
// implausible.
import { describe, expect, test } from "vitest";
import { DataFault } from "../../../src/data-fault.ts";
import { UserError } from "../../../src/errors.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { clockTable } from "./clocks.ts";
import { folderOf } from "./tables.ts";

const options = { requireLabels: true, nominalRateHz: 50 };

async function readClock(column: string, time: (i: number) => string | number) {
  const { path } = folderOf({ "a.csv": clockTable(column, ({ i }) => time(i)) });
  return readRecordings([path("a.csv")], options);
}

test.each([
  ["timestamps", (i: number) => i * 20, "ms"],
  ["times", (i: number) => i * 20_000, "us"],
  ["timestamps", (i: number) => i * 20_000_000, "ns"],
  ["time_s", (i: number) => i / 50, "s"],
  ["timeS", (i: number) => i / 50, "s"],
  ["timestamp (µs)", (i: number) => i * 20_000, "us"],
  ["timestamp", (i: number) => (1_714_816_800 + i / 50).toFixed(2), "s"],
  ["timestamp", (i: number) => 1_714_816_800_000 + i * 20, "ms"],
  ["timestamp", (i: number) => `${1_714_816_800_000 + i * 20}000`, "us"],
  ["timestamp", (i: number) => (46_146.41666666667 + i / 50 / 86_400).toFixed(11), "days"],
  // 2024-05-04 12:00 as MATLAB's datenum, and as a Julian date
  ["timestamp", (i: number) => (739_376.5 + i / 50 / 86_400).toFixed(10), "days"],
  ["timestamp", (i: number) => (2_460_435 + i / 50 / 86_400).toFixed(9), "days"],
  ["TIME [s/250]", (i: number) => i * 5, "ticks"],
  ["t (1/1000 s)", (i: number) => i * 20, "ticks"],
  ["Time [min]", (i: number) => (i / 3000).toFixed(7), "ticks"],
  ["elapsed (h)", (i: number) => (i / 180_000).toFixed(9), "ticks"],
  ["time_cs", (i: number) => i * 2, "ticks"],
  ["时间", (i: number) => i * 20, "ms"],
  // FILETIME and .NET ticks of 2024-05-04 10:00
  ["timestamp", (i: number) => `${1_335_929_040_000 + i * 2}00000`, "ticks"],
  ["timestamp", (i: number) => `${6_385_041_360_000 + i * 2}00000`, "ticks"],
])("a column %s from its first rows is read at 50 Hz", async (column, time, unit) => {
  const { quality } = await readClock(column, time);
  expect(quality.columns.time_unit).toBe(unit);
  expect(quality.rows.kept).toBe(1600);
  expect(quality.sampling.rate_hz_min).toBeCloseTo(50, 1);
  expect(quality.sampling.rate_hz_max).toBeCloseTo(50, 1);
});

test.each([
  ["a spreadsheet's", 45_416.5],
  ["MATLAB's", 739_376.5],
  ["Julian", 2_460_435],
])("%s days count from their own epoch", async (_, day) => {
  const { recordings } = await readClock("timestamp", (i) => (day + i / 50 / 86_400).toFixed(10));
  expect(recordings.time[0]).toBeCloseTo(Date.UTC(2024, 4, 4, 12) / 1000, 3);
});

test.each([
  ["time_s", (i: number) => i * 20, "0.05 Hz in s (as its name says); it would be 50 Hz in ms"],
  ["time_ms", (i: number) => i * 20_000, "0.05 Hz in ms (as its name says); it would be 50 Hz in us"],
  ["timestamp_us", (i: number) => i * 20, "50000 Hz in us (as its name says); it would be 50 Hz in ms"],
  ["timestamp", (i: number) => i * 2, "500 Hz in ms (judging by its steps); it would be 50 Hz in ticks of 10 ms"],
  [
    "timestamp",
    (i: number) => 1e30 + i * 2e28,
    "found 5e+30, which in ns (judging by their size) is after the year 2103.",
  ],
  [
    "t_ms",
    (i: number) => 171_481_680_000_000 + i * 20,
    "expected a plausible time, found 171481680004000, which in ms (as its name says) is after the year 2103.",
  ],
])("a column %s whose rate is implausible stops the reading and asks", async (column, time, question) => {
  const fault = await readClock(column, time).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(DataFault);
  expect((fault as DataFault).message).toContain(question);
  expect((fault as DataFault).advice).toContain("--time-unit");
});

test("each file has its own unit, and the difference is reported", async () => {
  const { path } = folderOf({
    "a.csv": clockTable("timestamp", ({ i }) => (i / 50).toFixed(2)),
    "b.csv": clockTable("timestamp", ({ i }) => i * 20, { people: ["eve", "tom"] }),
  });
  const { quality } = await readRecordings([path("a.csv"), path("b.csv")], options);
  expect(quality.sampling).toMatchObject({ rate_hz_min: 50, rate_hz_max: 50 });
  expect(quality.warnings.join()).toMatch(/different clocks.*: s in .*a\.csv, ms in .*b\.csv\./);
});

test("rows without times are counted at a stated rate, and never at one that is only likely", async () => {
  const numbered = folderOf({ "numbered.csv": clockTable("timestamp", ({ i }) => i) }).path("numbered.csv");
  const untimed = folderOf({ "untimed.csv": clockTable("when", ({ i }) => `row ${i}`) }).path("untimed.csv");
  const stated = await readRecordings([numbered], options);
  expect(stated.quality.sampling.rate_hz_max).toBe(50);
  for (const [file, says] of [
    [numbered, 'numbered.csv: column "timestamp" increases by 1 from row to row'],
    [untimed, "untimed.csv: no time column was found, and no sampling rate was given"],
  ] as const) {
    const fault = await readRecordings([file], { requireLabels: true, likelyRateHz: 50 }).catch((error) => error);
    expect(fault).toBeInstanceOf(UserError);
    expect(fault.message).toContain(says);
    expect(fault.advice).toContain("--rate 50");
  }
});

test("rows that are written twice are duplicates", async () => {
  const twice = clockTable("timestamp_s", ({ i }) => i / 50).replace(/\n(.*)/g, "\n$1\n$1");
  const { path } = folderOf({ "twice.csv": twice.trimEnd() });
  const { quality } = await readRecordings([path("twice.csv")], options);
  expect(quality.rows).toMatchObject({ kept: 1600, dropped: { duplicate_time: 1600 } });
});

test.each(["elapsed (s)", "epoc (ms)", "timestamp (-0700)", "t_us"])("the clock %s is found", async (column) => {
  const perSecond = { "elapsed (s)": 1, "epoc (ms)": 1e3, t_us: 1e6 }[column];
  const time = (i: number): string | number =>
    perSecond === undefined ? `2024-05-04T10.00.${(i / 50).toFixed(3).padStart(6, "0")}` : (i / 50) * perSecond;
  const { quality } = await readClock(column, time);
  expect(quality.columns.time).toBe(column);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
});

test.each([
  ["time_us", 2 ** 32, 20_000],
  ["time_ms", 2 ** 16, 20],
  ["time_ms", 2 ** 24, 20],
])("a recording continues when its counter %s begins again at %i", async (column, size, step) => {
  const { quality } = await readClock(column, (i) => (size - 150 * step - 7 + i * step) % size);
  expect(quality.rows.kept).toBe(1600);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
  expect(quality.gaps.count).toBe(0);
  expect(quality.warnings.join()).toContain(`overflows at ${size.toLocaleString("en")}, as counters of`);
});

test("a recording that begins again at another number runs backwards", async () => {
  const { path } = folderOf({ "a.csv": clockTable("time_ms", ({ i }) => (i * 20) % 4000) });
  await expect(readRecordings([path("a.csv")], options)).rejects.toThrow("runs backwards");
});

test("a recording of almost 65,536 ms that begins again where it began runs backwards", async () => {
  const { path } = folderOf({
    "a.csv": clockTable("time_ms", ({ i }) => (i * 100) % 64_000, { rateHz: 10, rows: 800 }),
  });
  await expect(readRecordings([path("a.csv")], options)).rejects.toThrow("runs backwards");
});

test.each([
  [
    "timestamp",
    (i: number) => 1_714_816_800_000 + i * 5000,
    "0.2 Hz in ms (judging by their size); it would be 200 Hz in us",
  ],
  [
    "timestamp",
    (i: number) => 1_714_816_800 + i * 15,
    "0.06667 Hz in s (judging by their size); it would be 66.7 Hz in ms",
  ],
  [
    "timestamp",
    (i: number) => `${1_714_816_800 + i * 60}000000`,
    "Hz in us (judging by their size); it would be 16.7 Hz in ns",
  ],
])(
  "dates with the steps of epochs in a column %s are not taken for elapsed time in a smaller unit",
  async (column, time, question) => {
    await expect(readClock(column, time)).rejects.toThrow(question.replace("0.06667", "0.0667"));
  },
);

test("a phone's nanoseconds since its start are no dates", async () => {
  const { quality } = await readClock("timestamp", (i) => `${1_714_816_800_000 + i * 20}${(i * 7919) % 10}12345`);
  expect(quality.columns.time_unit).toBe("ns");
});

test("ticks of a 32,768 Hz crystal are asked about, or doubted if the name states another unit", async () => {
  const ticks = (i: number): number => 100_000 + Math.round(i * 655.36);
  await expect(readClock("timestamp", (i) => ticks(i / 2))).rejects.toThrow("or 100 Hz in ticks of 1/32768 s");
  const { quality } = await readClock("time_ms", ticks);
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(/^Column "time_ms" is in ms by its name, .* --time-unit 1\/32768s\.$/),
  );
});

test("a clock in ms with the steps of a counter is doubted", async () => {
  const { quality } = await readClock("time_ms", (i) => i * 2);
  expect(quality.warnings).toContainEqual(expect.stringMatching(/gives 500 Hz\. If the column counts longer ticks/));
});

test("a clock in ms by its name is compared with another clock", async () => {
  const time = ({ i }: { i: number }): string => `${20 * i},${1_714_816_800_000 + Math.round((i * 1000) / 51.2)}`;
  const { path } = folderOf({ "a.csv": clockTable("time_ms,epoch_ms", time, { rows: 600, people: ["ann"] }) });
  const { quality } = await readRecordings([path("a.csv")], { ...options, columns: { time: "time_ms" } });
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(/by column "epoch_ms" they last .* --time-unit 1\/1024s/),
  );
});

test.each([
  [400, 1],
  [37, 10],
  [120, 1],
])("the rate of %d Hz is the mean if the clock counts %d ms", async (rateHz, unit) => {
  const time = ({ i }: { i: number }): number => Math.floor((i * 1000) / rateHz / unit) * unit;
  const { path } = folderOf({ "a.csv": clockTable("time_ms", time, { rateHz }) });
  const { quality } = await readRecordings([path("a.csv")], options);
  expect(quality.sampling.rate_hz! / rateHz).toBeCloseTo(1, 2);
});

describe("times of day in digits", () => {
  const digits = (i: number): string => new Date(39_595_000 + 20 * i).toISOString().slice(11, 23).replaceAll(":", "");

  test.each([
    ["hhmmss.fff", digits, 39_595],
    ["hhmmssfff", (i: number) => digits(i).replace(".", ""), 39_595],
    ["hhmmss", (i: number) => digits(i).slice(0, 6), 39_595],
    ["hhmmssffffff", (i: number) => `${digits(i).replace(".", "")}000`, 39_595],
    ["hmmss.fff", (i: number) => digits(i - 2 * 3600 * 50).replace(/^0/, ""), 32_395],
  ])("%s past the hour is read evenly, with a warning", async (_, time, from) => {
    const { recordings, quality } = await readClock("time", time);
    for (let i = 0; i < 400; i++) expect(recordings.time[i]! - from).toBeCloseTo(i / 50, 3);
    expect(quality.warnings).toContainEqual(expect.stringMatching(/^Column "time" is read as a time of day in digits/));
  });

  test("elapsed seconds with a gap of 40 s are no such times", async () => {
    const { recordings } = await readClock("time", (i) => (50 + i / 50 + (i < 200 ? 0 : 40)).toFixed(2));
    expect(recordings.time[399]).toBeCloseTo(50 + 399 / 50 + 40, 3);
  });

  test("later digits that are not a time of day are refused", async () => {
    const { path } = folderOf({
      "a.csv": clockTable("time", ({ i }) => (i === 70_000 ? "106099" : digits(i)), { rows: 70_001, people: ["ann"] }),
    });
    await expect(readRecordings([path("a.csv")], options)).rejects.toThrow(
      /data row 70001, column "time": expected a time of day in digits, such as 105955, found 106099/,
    );
  });
});

test.each([
  ["Apple's", 736_513_195, /would be on 1993-05-04 if it counted from 1970.* 2024-05-04 if it counts from 2001/],
  ["Garmin's", 1_083_754_795, /would be on 2004-05-05 .* 2024-05-04 if it counts from 1989-12-31/],
  ["LabVIEW's", 3_797_665_195, /would be on 2090-05-05 .* 2024-05-04 if it counts from 1904/],
])("times from %s epoch are named", async (_, start, warning) => {
  const { quality } = await readClock("timestamp", (i) => (start + i / 50).toFixed(2));
  expect(quality.warnings).toContainEqual(expect.stringMatching(warning));
});

test.each([50, 100])("a clock in ms with the rate of %d Hz in 1/1024 s is doubted", async (rateHz) => {
  const time = ({ i }: { i: number }): number => Math.round((i * 1024) / rateHz);
  const { path } = folderOf({ "a.csv": clockTable("time_ms", time, { rateHz }) });
  const { quality } = await readRecordings([path("a.csv")], options);
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(/In ticks of 1\/1024 s, the rate would be .* --time-unit 1\/1024s/),
  );
});
