// Tests coarse clocks and packets: each row gets its own time only if the values show that the sensor sampled continuously.
import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { clockTable } from "./clocks.ts";
import { folderOf } from "./tables.ts";

async function read(column: string, time: (i: number) => string | number, table?: (text: string) => string) {
  const text = clockTable(column, ({ i }) => time(i), { rows: 600 });
  const { path } = folderOf({ "a.csv": table?.(text) ?? text });
  return readRecordings([path("a.csv")], { requireLabels: true, nominalRateHz: 50 });
}

function expectEven(time: Float64Array, within: number): void {
  for (let i = 0; i < 600; i++) expect(Math.abs(time[i]! - time[0]! - i / 50)).toBeLessThanOrEqual(within);
}

describe("rows are spread evenly", () => {
  test.each([
    ["whole seconds since 1970", "timestamp", (i: number) => 1_714_816_800 + Math.floor(i / 50)],
    ["whole seconds that begin within one", "timestamp", (i: number) => 1_714_816_800 + Math.floor((i + 20) / 50)],
    ["tenths of a second", "time_s", (i: number) => (Math.floor(i / 5) / 10).toFixed(1)],
    ["packets of 5", "timestamp_ms", (i: number) => Math.floor(i / 5) * 100 + (i % 5)],
    [
      "packets of 8 that arrive unevenly",
      "timestamp_ms",
      (i: number) => Math.floor(i / 8) * 160 + (i % 8) + ((i >> 3) % 3) * 9,
    ],
    [
      "packets of 5 whose rows arrive unevenly",
      "timestamp_ms",
      (i: number) => Math.floor(i / 5) * 100 + [0, 1, 2, 3, 4].map((k) => k + (k > ((i / 5) | 0) % 7 ? 9 : 0))[i % 5]!,
    ],
    [
      "packets of 25 once a second and a half",
      "timestamp_us",
      (i: number) => Math.floor(i / 25) * 500_000 + (i % 25) * 90,
    ],
  ])("%s", async (_, column, time) => {
    const { recordings, quality } = await read(column, time);
    expect(quality.rows).toMatchObject({ kept: 2400, dropped: { duplicate_time: 0 } });
    expect(Math.abs(quality.sampling.rate_hz! - 50)).toBeLessThan(3);
    expectEven(recordings.time, 0.0201);
    expect(quality.warnings.join()).toMatch(/In 4 recordings, .*spread evenly .*at [45]\d(\.\d)? Hz/);
  });

  test("a lost packet leaves a gap instead of stretched rows", async () => {
    const { quality } = await read("timestamp_ms", (i) => (Math.floor(i / 5) + (i < 300 ? 0 : 7)) * 100 + (i % 5));
    expect(quality.sampling).toMatchObject({ rate_hz_min: 50, rate_hz_max: 50 });
    expect(quality.gaps.count).toBe(4);
  });
});

describe("clocks with ticks of about a period", () => {
  const movement = (t: number, c: number): number => Math.sin(3 * t + c) + (c === 2 ? 9.8 : 0);
  const readAt = (times: readonly number[], values: readonly number[], column: string) => {
    const lines = times.map((time, i) => `a,walk,${time},${[0, 1, 2].map((c) => movement(values[i]!, c).toFixed(4))}`);
    const { path } = folderOf({ "a.csv": `user,activity,${column},ax,ay,az\n${lines.join("\n")}\n` });
    return readRecordings([path("a.csv")], { requireLabels: false });
  };
  const exact = (hz: number): number[] => Array.from({ length: 2000 }, (_, i) => i / hz);

  test.each([
    ["Windows' clock, 15.6 ms, at 50 Hz", "time_s", 50, (t: number) => Math.floor(t * 64) / 64],
    ["Windows' clock, 15.6 ms, at 100 Hz", "time_s", 100, (t: number) => Math.floor(t * 64) / 64],
    ["hundredths of a second at 64 Hz", "time_s", 64, (t: number) => Math.floor(t * 100) / 100],
    ["milliseconds at 833 Hz", "time_ms", 833, (t: number) => Math.floor(t * 1000)],
    ["milliseconds in float32 after five days, at 50 Hz", "time_ms", 50, (t: number) => Math.fround(1000 * (t + 4e5))],
    ["milliseconds in float32 after five days, at 25 Hz", "time_ms", 25, (t: number) => Math.fround(1000 * (t + 4e5))],
  ])("%s", async (_, column, hz, clock) => {
    const { recordings, quality } = await readAt(exact(hz).map(clock), exact(hz), column);
    expect(Math.abs(quality.sampling.rate_hz! / hz - 1)).toBeLessThan(0.002);
    expect(quality.sampling.jitter).toBeLessThan(0.01);
    expect(recordings.time.length).toBe(2000);
    expect(quality.warnings.join()).toContain("spaced evenly, at");
  });

  test("rows that were lost are no coarse clock, whether at random or regularly", async () => {
    const random = exact(50).filter((_, i) => Math.imul(i, 0x9e3779b1) >>> 0 > 0.3 * 2 ** 32);
    const regular = exact(50).filter((_, i) => i % 3 > 0);
    for (const times of [random, regular]) {
      const { recordings, quality } = await readAt(times, times, "time_s");
      expect(Float64Array.from(recordings.time)).toEqual(Float64Array.from(times));
      expect(quality.warnings.join()).not.toContain("spaced evenly");
    }
  });
});

describe("whole minutes", () => {
  const read = (rows: number, stated: { nominalRateHz?: number }) => {
    const time = ({ i }: { i: number }): string => `2026-05-04 10:0${Math.floor((i / 50 + 55) / 60)}`;
    const { path } = folderOf({ "a.csv": clockTable("timestamp", time, { rows, people: ["ann"] }) });
    return readRecordings([path("a.csv")], { requireLabels: true, ...stated });
  };

  test.each([100, 600])("%d rows with one or two distinct times need --rate", async (rows) => {
    await expect(read(rows, {})).rejects.toMatchObject({
      advice: expect.stringMatching(/--rate 50; the rows are then spaced/),
    });
    const { recordings, quality } = await read(rows, { nominalRateHz: 50 });
    expect(quality.rows.kept).toBe(2 * rows);
    for (let i = 1; i < rows; i++) expect(recordings.time[i]! - recordings.time[i - 1]!).toBeCloseTo(1 / 50, 3);
    expect(quality.warnings.join()).toMatch(/spaced at the rate given with --rate, 50 Hz/);
  });
});

test("a sensor that pauses between bursts is not taken for packets", async () => {
  // Each burst has eight samples at 50 Hz and is followed by a pause until the next second, so the values jump from burst to
  // burst.
  const lines = clockTable("timestamp_ms", ({ i }) => i * 20, { rows: 5000 })
    .trimEnd()
    .split("\n");
  const kept = lines.filter((line, i) => i === 0 || Number(line.split(",")[3]) % 1000 < 160);
  const { path } = folderOf({ "bursts.csv": `${kept.join("\n")}\n` });
  const { quality } = await readRecordings([path("bursts.csv")], { requireLabels: true, nominalRateHz: 50 });
  expect(quality.warnings.join()).not.toMatch(/packets/);
  expect(quality.sampling).toMatchObject({ rate_hz_min: 50, rate_hz_max: 50 });
});

test("two sensors that share their times are asked about, not read as one", async () => {
  const text = clockTable("timestamp_s", ({ i }) => i / 50);
  const [head, ...lines] = text.trimEnd().split("\n");
  const both = lines.flatMap((line) => [
    line,
    line.replace(/([^,]+),([^,]+),([^,]+)$/, "-$3,$1,-$2").replaceAll("--", ""),
  ]);
  const { path } = folderOf({ "two.csv": `${[head, ...both].join("\n")}\n` });
  const reading = readRecordings([path("two.csv")], { requireLabels: true, nominalRateHz: 50 });
  await expect(reading).rejects.toThrow(/expected the rows of one sensor, found 2 rows for each time/);
});
