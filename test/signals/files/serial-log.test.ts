// Reads serial logs of microcontrollers and JSON documents of data-acquisition tools; the values are a function of the row
// number.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { serialLog } from "../../../src/signals/files/serial-log.ts";
import { folderOf } from "../data/tables.ts";

const rows = Array.from({ length: 120 }, (_, i) => [i / 100, -i / 50, 9.8 + i / 1000]);
const clock = (i: number): string => `10:59:${(58 + i / 50).toFixed(3)}`;
const past = (i: number): string => (i < 100 ? clock(i) : `11:00:${((i - 100) / 50).toFixed(3).padStart(6, "0")}`);
const pairs = (values: readonly number[], mark: string, between: string): string =>
  values.map((value, c) => `${"xyz"[c] === "x" ? "ax" : `a${"xyz"[c]}`}${mark}${value}`).join(between);

const times = { nominalRateHz: 50 };
const logs: readonly [string, readonly string[], { nominalRateHz?: number; columns?: object }][] = [
  [
    "time of day, then names",
    ["10:59:57.980 -> ax,ay,az", ...rows.map((row, i) => `${past(i)} -> ${row.join(",")}`)],
    {},
  ],
  [
    "time of day without names",
    rows.map((row, i) => `${past(i)} -> ${row.join("\t")}`),
    { columns: { columns: ["time", "ax", "ay", "az"] } },
  ],
  [
    "time of day in brackets, below names",
    ["time,ax,ay,az", ...rows.map((row, i) => `[${past(i)}] ${row.join(",")}`)],
    {},
  ],
  [
    "milliseconds in brackets, below names without the time",
    ["ax;ay;az", ...rows.map((row, i) => `[${1000 + 20 * i} ms] ${row.join(";")}`)],
    {},
  ],
  ["seconds in brackets, and names", rows.map((row, i) => `[ ${(7 + i / 50).toFixed(6)}] ${pairs(row, "=", " ")}`), {}],
  ["names beside the values", ["ets Jun  8 2016 00:22:57", ...rows.map((row) => pairs(row, ":", "\t"))], times],
  ["names with equals signs", rows.map((row) => pairs(row, " = ", ", ")), times],
  ["time and names beside the values", rows.map((row, i) => `${past(i)} -> ${pairs(row, ": ", " ")}`), {}],
];

test.each(logs)("a serial log is read with %s", async (_, lines, options) => {
  const { path } = folderOf({ "log.txt": `${lines.join("\n")}\n` });
  const { recordings, quality } = await readRecordings([path("log.txt")], { requireLabels: false, ...options });
  expect(recordings.channels).toEqual(["ax", "ay", "az"]);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  expect(recordings.time.length).toBe(120);
  for (const [c, value] of rows[110]!.entries()) expect(recordings.values[c]![110]).toBeCloseTo(value, 4);
});

test("a serial log is read with a time in brackets and a name before each vector", async () => {
  const lines = rows.map(
    ([x, y, z], i) => `[${20 * i} ms] ACC: ${x},${y},${z} GYR: ${[z, x, y].map((value) => (value! / 10).toFixed(3))}`,
  );
  const { path } = folderOf({ "log.txt": `${lines.join("\n")}\n` });
  const { recordings, quality } = await readRecordings([path("log.txt")], { requireLabels: false });
  expect(recordings.channels).toEqual(["ACC_x", "ACC_y", "ACC_z", "GYR_x", "GYR_y", "GYR_z"]);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  const row = [...rows[110]!, ...[2, 0, 1].map((c) => rows[110]![c]! / 10)];
  for (const [c, value] of row.entries()) expect(recordings.values[c]![110]).toBeCloseTo(value, 3);
});

test("names beside the values have at most 80 characters, so that long lines are searched quickly", () => {
  const lines = (length: number): string[] =>
    rows.map(([x, y]) => `${"a".repeat(length)}:${x} ${"b".repeat(length)}:${y}`);
  expect(serialLog(lines(80))?.names).toEqual(["a".repeat(80), "b".repeat(80)]);
  expect(serialLog(lines(81))).toBeUndefined();
});

test("a log with the vector of one sensor per line is read, although some rounds lack one", async () => {
  const vector = (name: string, [x, y, z]: readonly number[], unit: string): string =>
    `${name} X: ${x}, Y: ${y}, Z: ${z} ${unit}`;
  const lines = rows.flatMap((row, i) => [
    vector("Acceleration", row, "m/s^2"),
    ...(i % 2 === 0 ? [vector("Field", [22, -5, i], "uT")] : []),
    vector("Rotation", [i / 10, 0.5, -0.25], "rad/s"),
    "Temperature: 24.06 degC",
    "",
  ]);
  const { path } = folderOf({
    "plain.txt": `MPU6050 Found!\n${lines.join("\n")}`,
    "timed.txt": lines.map((line, l) => `${past(Math.floor(l / 4.5))} -> ${line}`).join("\n"),
  });
  const { recordings } = await readRecordings([path("plain.txt")], { requireLabels: false, ...times });
  expect(recordings.channels).toEqual([
    ...["x", "y", "z"].map((axis) => `Acceleration ${axis} (m/s^2)`),
    ...["x", "y", "z"].map((axis) => `Rotation ${axis} (rad/s)`),
  ]);
  expect(recordings.time.length).toBe(120);
  for (const [c, value] of [...rows[119]!, 11.9, 0.5, -0.25].entries())
    expect(recordings.values[c]![119]).toBeCloseTo(value, 4);
  const timed = await readRecordings([path("timed.txt")], { requireLabels: false });
  expect(timed.quality.sampling.rate_hz).toBeCloseTo(50, 0);
  expect(timed.quality.columns.time).toBe("time");
});

test("a document in Edge Impulse's acquisition format is read", async () => {
  const sensors = ["X", "Y", "Z"].map((axis) => ({ name: `acc${axis}`, units: "m/s2" }));
  const payload = { device_name: "ac:87", device_type: "NANO33BLE", interval_ms: 16, sensors, values: rows };
  const document = { protected: { ver: "v1", alg: "HS256", iat: 1714816800 }, signature: "00", payload };
  const { path } = folderOf({ "idle.1.json": JSON.stringify(document) });
  const { recordings, quality } = await readRecordings([path("idle.1.json")], { requireLabels: false });
  expect(recordings.channels).toEqual(["accX (m/s2)", "accY (m/s2)", "accZ (m/s2)"]);
  expect(quality.sampling.rate_hz).toBeCloseTo(62.5, 3);
  for (const [c, value] of rows[110]!.entries()) expect(recordings.values[c]![110]).toBeCloseTo(value, 4);
});

test("groups of columns under merged cells have names of their own", async () => {
  const names = "time_stamp,Ax,Ay,Az";
  const table = rows.map(
    (row, i) => `${20 * i},${row.join(",")},,${20 * i},${row.map((value) => 2 * value).join(",")}`,
  );
  const { path } = folderOf({ "p1.csv": `Left_pocket,,,,,Wrist,,,\n${names},,${names}\n${table.join("\n")}\n` });
  const { recordings, quality } = await readRecordings([path("p1.csv")], {
    requireLabels: false,
    columns: { time: "Wrist_time_stamp", channels: ["Wrist_Ax", "Wrist_Ay", "Wrist_Az"] },
  });
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  expect(recordings.values[2]![110]).toBeCloseTo(2 * rows[110]![2]!, 4);
});

test.each([
  ["records", (records: readonly object[]) => records],
  ["records in a document", (records: readonly object[]) => ({ meta: { device: "x" }, data: records })],
])("a vector per sensor is read from JSON: %s", async (_, document) => {
  const records = rows.map((row, i) => ({ time_ms: 20 * i, acc: row, gyro: row.map((value) => value / 2) }));
  const { path } = folderOf({ "r.json": JSON.stringify(document(records)) });
  const { recordings, quality } = await readRecordings([path("r.json")], { requireLabels: false });
  expect(recordings.channels).toEqual(
    ["acc", "gyro"].flatMap((name) => ["x", "y", "z"].map((axis) => `${name}_${axis}`)),
  );
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  expect(recordings.time.length).toBe(120);
  expect(recordings.values[5]![110]).toBeCloseTo(rows[110]![2]! / 2, 4);
});
