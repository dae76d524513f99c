// Rows that arrived late are put in order only if they fill a pause; all other clocks that run backwards are still rejected.

import { describe, expect, test } from "vitest";
import { openRecordings } from "../../../src/signals/data/open-recordings.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const movement = (t: number): number[] => [Math.sin(3 * t), Math.cos(2 * t), 9.8 + 0.1 * t];
const rowAt = (t: number, written = t.toFixed(3)): string =>
  ["a", "walk", written, ...movement(t).map((v) => v.toFixed(5))].join(",");
const table = (rows: readonly string[]): string => `user,activity,time_s,ax,ay,az\n${rows.join("\n")}\n`;
const times = Array.from({ length: 1000 }, (_, i) => i / 50);
const read = (rows: readonly string[]) =>
  readRecordings([folderOf({ "a.csv": table(rows) }).path("a.csv")], { requireLabels: false });
/** Moves rows `from` to `to` (exclusive) behind the `by` rows that follow them. */
const delayed = (rows: readonly number[], from: number, to: number, by: number): number[] => [
  ...rows.slice(0, from),
  ...rows.slice(to, to + by),
  ...rows.slice(from, to),
  ...rows.slice(to + by),
];

test.each([
  ["a packet", delayed(times, 300, 325, 40), 25, 1.3],
  ["two packets", delayed(delayed(times, 100, 110, 10), 700, 701, 5), 11, 0.38],
])("%s that arrived late: the rows are put in order", async (_, arrived, count, delay) => {
  const { recordings, quality } = await read(arrived.map((t) => rowAt(t)));
  expect(recordings.time.length).toBe(1000);
  const [ax, ay] = recordings.values;
  for (const [i, t] of times.entries()) {
    expect(recordings.time[i]! - recordings.time[0]!).toBeCloseTo(t, 6);
    expect(ax![i]).toBeCloseTo(movement(t)[0]!, 4);
    expect(ay![i]).toBeCloseTo(movement(t)[1]!, 4);
  }
  expect(quality.gaps.count).toBe(0);
  expect(quality.warnings.join()).toContain(
    `${count} rows arrived after rows with later times, at most ${delay} s late, and fill the pauses left before them.`,
  );
});

test("faults that do not stop reading are reported once, although reading starts again", async () => {
  const rows = delayed(times, 300, 325, 40).map((t, i) => (i % 30 === 7 ? rowAt(t).replace(/[^,]*$/, "") : rowAt(t)));
  const { path } = folderOf({ "a.csv": table(rows) });
  const faults: string[] = [];
  const columns = { channels: ["ax", "ay", "az", "gx"] };
  const { rows: opened, quality } = await openRecordings([path("a.csv")], {
    requireLabels: false,
    columns,
    onFault: ({ message }) => faults.push(message),
  });
  opened.close();
  expect(quality.warnings.join()).toContain("arrived after rows with later times");
  expect(faults.filter((message) => /gx/.test(message))).toHaveLength(1);
  expect(faults.filter((message) => /"az"/.test(message))).toHaveLength(1);
});

describe("time that runs backwards is rejected", () => {
  const setBack = times.map((t, i) => (i < 500 ? t : t - 0.5));
  const twice = [...times.slice(0, 900), ...times.slice(0, 60)];
  const farLate = delayed(times, 100, 130, 800);
  const many = [150, 350, 550, 750].reduce((rows, from) => delayed(rows, from, from + 40, 50), times);
  test.each([
    ["a clock that is set back", setBack],
    ["a short recording after another one", twice],
    ["rows that are 16 s late", farLate],
    ["a sixth of the rows", many],
  ])("%s", async (_, written) => {
    await expect(read(written.map((t, i) => rowAt(times[i]!, t.toFixed(3))))).rejects.toThrow("time runs backwards");
  });

  test("a file that continues an earlier one too soon", async () => {
    const { path } = folderOf({
      "a.csv": table([...times.slice(0, 400), ...times.slice(420)].map((t) => rowAt(t))).replaceAll("walk", "r"),
      "b.csv": table(times.slice(400, 420).map((t) => rowAt(t))).replaceAll("walk", "r"),
    });
    await expect(
      readRecordings([path("a.csv"), path("b.csv")], {
        requireLabels: false,
        columns: { recording: "activity" },
      }),
    ).rejects.toThrow("time runs backwards");
  });

  test("late rows after a clock that began again at midnight", async () => {
    const clock = (t: number): string => new Date(86_390_000 + 1000 * t).toISOString().slice(11, 23);
    const rows = delayed(times, 300, 325, 40).map((t) => rowAt(t, clock(t)));
    await expect(read(rows)).rejects.toThrow("time runs backwards");
  });
});
