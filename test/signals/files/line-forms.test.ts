// Tests files in which each line contains the values of a row between other characters, such as quotes or brackets.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const rows = Array.from({ length: 150 }, (_, i) => [(i / 50).toFixed(2), (i / 100).toFixed(3), -0.25, 9.8]);
const names = ["time", "ax", "ay", "az"];
const clock = (t: unknown): string => `10:00:0${Number(t).toFixed(3)}`;
const pairs = ([, ...values]: readonly unknown[]): string =>
  values.map((value, c) => `${names[c + 1]}=${value}`).join(" ");
const ruled = (edge: string, ruler: string): string[] => {
  const line = (cells: readonly unknown[]): string => `${edge} ${cells.join(" | ")} ${edge}`.trim();
  return [line(names), ruler, ...rows.map(line)];
};
const given = { columns: names };
const marked = { columns: ["mark", ...names] };

const texts: readonly [string, readonly string[], object?][] = [
  ["lines that a spreadsheet quoted", [names, ...rows].map((row) => `"${row.join(",")}"`)],
  ["lines quoted with their quotes", [names.map((name) => `""${name}""`), ...rows].map((row) => `"${row.join(";")}"`)],
  ["psql's table", [...ruled("", "------+-----+----+----"), "(150 rows)"]],
  ["mysql's table", ["+---+---+---+---+", ...ruled("|", "+---+---+---+---+"), "+---+---+---+---+", "150 rows in set"]],
  [
    "sqlite's table in columns",
    [names, names.map(() => "------"), ...rows].map((row) => row.map((cell) => String(cell).padEnd(6)).join("  ")),
  ],
  ["a table in Markdown", ruled("|", "|---:|---|---|---|")],
  ["remarks after semicolons", [";Title, X16", ";Rate, 50,Hz", `;Headers, ${names.join(",")}`, ...rows.map(String)]],
  ["Python's tuples", rows.map((row) => `(${row.join(", ")})`), given],
  [
    "Python's dictionaries",
    rows.map((row) => `{${row.map((value, c) => `'${names[c]}': ${Number(value)}`).join(", ")}}`),
  ],
  ["Python's lists", rows.map(([t, ...values]) => `['2026-05-04 ${clock(t)}', ${values.join(", ")}]`), given],
  [
    "Fortran's numbers",
    [
      names.join(" "),
      ...rows.map((row) =>
        row.map((value) => `${Number(value).toExponential(6)}`.replace(/e([-+])(\d)$/, "D$10$2")).join("  "),
      ),
    ],
  ],
  [
    "objects as Java prints them",
    rows.map((row) => `ImuSample{${row.map((value, c) => `${names[c]}=${value}`).join(", ")}}`),
  ],
  [
    "JSON behind a topic",
    rows.map((row) => `imu/1 ${JSON.stringify(Object.fromEntries(row.map((value, c) => [names[c], Number(value)])))}`),
  ],
  ["SQL statements", rows.map((row) => `INSERT INTO imu VALUES (${row.join(", ")});`), given],
  ["sentences with a checksum", rows.map((row) => `$IMU,${row.join(",")}*4A`), marked],
  ["a terminal's times with >", rows.map(([t, ...values]) => `${clock(t)} > ${values.join(",")}`), given],
  [
    "a terminal's times with a space",
    rows.map(([t, ...values]) => `2026-05-04 ${clock(t)} ${values.join(",")}`),
    given,
  ],
  ["Python's log", rows.map((row) => `2026-05-04 ${clock(row[0]).replace(".", ",")} INFO imu: ${pairs(row)}`)],
  ["Android's log", ["-- main", ...rows.map((row) => `05-04 ${clock(row[0])}  12  15 D Imu: ${pairs(row)}`)]],
  ["ESP-IDF's log", ["I (5) boot: v5", ...rows.map((row) => `I (${1000 * Number(row[0])}) IMU: ${pairs(row)}`)]],
];

test.each(texts)("reads %s", async (_, lines, columns = {}) => {
  const { path } = folderOf({ "log.txt": `${lines.join("\n")}\n` });
  const { recordings, quality } = await readRecordings([path("log.txt")], {
    requireLabels: false,
    likelyRateHz: 50,
    columns,
  });
  expect(recordings.channels).toEqual(["ax", "ay", "az"]);
  expect(recordings.time).toHaveLength(150);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 2);
  expect(recordings.values[0]![120]).toBeCloseTo(1.2, 4);
  expect(recordings.values[2]![120]).toBeCloseTo(9.8, 4);
});

test.each([
  ["first", ["note", ...names], (row: readonly unknown[], i: number) => [i % 3 === 1 ? "ok" : "  ", ...row]],
  ["last", [...names, "note"], (row: readonly unknown[], i: number) => [...row, i % 3 === 1 ? "ok" : "  "]],
])("reads psql's table with empty cells in its %s column", async (_, header, cells) => {
  const lines = [header, ...rows.map(cells)].map((line) => ` ${line.join(" | ")} `);
  const { path } = folderOf({ "log.txt": `${lines.toSpliced(1, 0, "----+----+----+----+----").join("\n")}\n` });
  const { recordings } = await readRecordings([path("log.txt")], { requireLabels: false });
  expect(recordings.channels).toEqual(["ax", "ay", "az"]);
  expect(recordings.time).toHaveLength(150);
  expect(recordings.values[0]![120]).toBeCloseTo(1.2, 4);
});

test("an offset behind a time is no value", async () => {
  const lines = rows.map(([t, ...values]) => `2026-05-04 ${clock(t)} +0200,${values.join(",")}`);
  const { path } = folderOf({ "a.csv": `time,ax,ay,az\n${lines.join("\n")}\n` });
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false });
  expect(recordings.time[0]).toBe(Date.UTC(2026, 4, 4, 8) / 1000);
});

test("a byte-order mark does not hide the first line of a form", async () => {
  const rows = Array.from({ length: 80 }, (_, i) => `${1_232_809_915 + 20 * i}\tACC\t0.1\t0.2\t${9.8 + i / 1000}\n`);
  const { path } = folderOf({ "sensorLog.txt": `\ufeff${rows.join("")}` });
  const { recordings } = await readRecordings([path("sensorLog.txt")], { requireLabels: false });
  expect(recordings.time.length).toBe(80);
});

test("reads objects of a sensor's class, but not those of two classes as one", async () => {
  const line = (name: string, row: readonly unknown[]): string =>
    `${name}(timestamp: ${row[0]}, ${["x", "y", "z"].map((axis, c) => `${axis}: ${row[c + 1]}`).join(", ")})`;
  const { path } = folderOf({
    "a.txt": `${rows.map((row) => line("CMAccelerometerData", row)).join("\n")}\n`,
    "b.txt": `${rows.map((row, i) => line(i % 2 === 0 ? "AccelData" : "GyroData", row)).join("\n")}\n`,
  });
  const { recordings } = await readRecordings([path("a.txt")], { requireLabels: false, likelyRateHz: 50 });
  expect(recordings.channels).toEqual(["x", "y", "z"].map((axis) => `CMAccelerometerData_${axis}`));
  expect(recordings.values[2]![9]).toBeCloseTo(9.8, 5);
  await expect(readRecordings([path("b.txt")], { requireLabels: false })).rejects.toThrow(/b\.txt/);
});
