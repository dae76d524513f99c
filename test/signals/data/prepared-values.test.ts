// Tests warnings about values that were prepared for a classifier, copied or recorded while the clock was set.
import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

type Row = readonly [time: number, x: number, y: number, z: number];

async function warningsOf(change: (rows: readonly Row[]) => readonly Row[]): Promise<string> {
  const rng = Rng.fromSeed(5);
  const rows = Array.from({ length: 1000 }, (_, i): Row => {
    const [x, y, z] = [0, 1, 2].map((c) => Math.sin(i / 7 + c) + 0.1 * rng.normal());
    return [i / 50, x!, y!, 9.8 + z!];
  });
  const lines = change(rows).map((row) => `ann,walk,${row.join()}`);
  const { path } = folderOf({ "a.csv": `user,activity,time_s,ax,ay,az\n${lines.join("\n")}\n` });
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: false });
  return quality.warnings.join("\n");
}

function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / deviation);
}

test("reports values that were standardised", async () => {
  const warnings = await warningsOf((rows) => {
    const axes = [1, 2, 3].map((c) => standardised(rows.map((row) => row[c]!)));
    return rows.map(([time], i): Row => [time, axes[0]![i]!, axes[1]![i]!, axes[2]![i]!]);
  });
  expect(warnings).toContain("The values of ax, ay, az have a mean of 0 and a standard deviation of 1");
});

test("reports a channel that repeats another one", async () => {
  expect(await warningsOf((rows) => rows.map(([t, x, y]): Row => [t, x, y, x]))).toContain(
    "Channels ax, az have the same values in all rows",
  );
});

test("reports a clock that was set while it ran", async () => {
  const warnings = await warningsOf((rows) => rows.map(([t, x, y, z], i): Row => [t + (i < 99 ? 0 : 1.7e9), x, y, z]));
  expect(warnings).toContain("the clock jumps ahead by 54 years");
});

test("says nothing about values as measured", async () => {
  expect(await warningsOf((rows) => rows)).not.toMatch(/standardised|same values|jumps ahead/);
});
