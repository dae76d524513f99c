// A column of dates with times is the clock, although no name says so.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const dateTime = (i: number): string => new Date(Date.UTC(2026, 4, 4, 10) + 20 * i).toISOString().replace("T", " ");
const iso = (i: number): string => dateTime(i).slice(0, 23);
const usual = (i: number): string => iso(i).replace(/^(\d+)-(\d+)-(\d+)/, "$2/13/$1");
const start = (): string => "2026-05-04 09:59:58";

function table(names: string, ...clocks: readonly ((i: number) => string)[]): string {
  const row = (i: number): string =>
    [...clocks.map((clock) => clock(i)), Math.sin(i / 5).toFixed(4), 0.2, 9.8].join(",");
  return `${names},ax,ay,az\n${Array.from({ length: 400 }, (_, i) => row(i)).join("\n")}\n`;
}

const read = (content: string, columns = {}) =>
  readRecordings([folderOf({ "a.csv": content }).path("a.csv")], { requireLabels: false, nominalRateHz: 25, columns });

test.each([
  ["an index without a name", table("", iso), "column0"],
  ["a column whose name says nothing", table("dt", usual), "dt"],
  ["a column next to the start of the session", table("begun,dt", start, iso), "dt"],
])("finds the times in %s", async (_, content, column) => {
  const { recordings, quality, columns } = await read(content);
  expect(columns.time).toBe(column);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
  expect(recordings.time).toHaveLength(400);
  expect(quality.warnings.join()).toContain(`column "${column}" contains dates with times`);
});

/** Returns the start time of the session that row `i` belongs to; every tenth row begins another session. */
const starts = (i: number): string => iso(180_000 * Math.floor(i / 10)).slice(0, 19);

test.each([
  ["the start of the session", start],
  ["the starts of many short sessions", starts],
])("%s is not taken for the clock", async (_, begun) => {
  expect((await read(table("begun", begun))).columns.time).toBeNull();
});

test("two such columns are asked about", async () => {
  await expect(read(table("dt,du", iso, usual))).rejects.toThrow(
    /each of these columns might contain the time.*dt, du/,
  );
});

test("a time column has precedence", async () => {
  const { columns } = await read(table("dt,time_s", iso, (i) => (i / 50).toFixed(2)));
  expect(columns.time).toBe("time_s");
});

test.each([
  ["Minuten", (i: number) => (i / 3000).toFixed(8), "Minuten"],
  ["minutes", (i: number) => (i / 3000).toFixed(8), "minutes"],
  ["minutos", (i: number) => String(Math.floor(i / 3000)), null],
])("%s are times if they increase by fractions", async (name, minutes, time) => {
  const { columns, quality } = await read(table(name, minutes));
  expect(columns.time).toBe(time);
  if (time !== null) expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
});

test("hours are recognised by their German abbreviation", async () => {
  const { columns, quality } = await read(table("Zeit (Std)", (i) => (i / 180_000).toFixed(9)));
  expect(columns.time).toBe("Zeit (Std)");
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
});

test("fractions of seconds are added to the seconds beside them", async () => {
  const { columns, quality } = await read(
    table(
      "sec,frac",
      (i) => String(1_714_816_800 + Math.floor(i / 50)),
      (i) => ((i % 50) / 50).toFixed(2),
    ),
  );
  expect(columns.time).toBe("sec + frac (s)");
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
});

test("nanoseconds within a second are not added to a clock that is complete without them", async () => {
  const stamp = "imu.header.stamp";
  const { columns, quality } = await read(
    table(
      `log_time,${stamp}.sec,${stamp}.nanosec`,
      (i) => `17148168${String(20_000_000 * i).padStart(11, "0")}`,
      (i) => String(1_714_816_800 + Math.floor(i / 50)),
      (i) => String((i % 50) * 20_000_000),
    ),
  );
  expect(columns.time).toBe("log_time");
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
});

test.each(["Sekunden", "secondes", "segundos", "secondi", "seconden", "Dauer [s]", "durée (s)", "Durata (s)"])(
  "%s are times in seconds",
  async (name) => {
    const { columns, quality } = await read(table(name, (i) => (i / 50).toFixed(3)));
    expect(columns).toMatchObject({ time: name, timeUnit: "s" });
    expect(quality.warnings.join()).not.toContain("does not give its unit");
  },
);

test.each(["Zeit [Millisekunden]", "millisecondes", "milisegundos", "Laufzeit_ms"])(
  "%s are times in milliseconds",
  async (name) => {
    const { columns, quality } = await read(table(name, (i) => String(20 * i)));
    expect(columns).toMatchObject({ time: name, timeUnit: "ms" });
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
  },
);
