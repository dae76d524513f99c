// Values of a slower sensor that a logger repeats at a faster rate are reported, and values that repeat by chance are not.
import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

/** Returns the warnings about 20 s at 100 Hz. @param sample the sample that a row of the gyroscope holds */
async function warningsOf(sample: (row: number) => number, decimals = 5): Promise<string[]> {
  const rng = Rng.fromSeed(3);
  const noise = Array.from({ length: 2000 }, () => [rng.normal(), rng.normal(), rng.normal()]);
  const lines = noise.map(([x, y, z], i) => {
    const held = noise[sample(i)]!.map((value) => value.toFixed(decimals));
    return ["ann", "walk", i / 100, x!.toFixed(5), y!.toFixed(5), (9.8 + z!).toFixed(5), ...held].join();
  });
  const { path } = folderOf({ "a.csv": `user,activity,time_s,ax,ay,az,gx,gy,gz\n${lines.join("\n")}\n` });
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: false });
  return quality.warnings.filter((warning) => warning.includes("effective rate"));
}

test.each([
  ["every second row", 2, 50],
  ["every fourth row", 4, 25],
  ["every second and third row in turn", 2.5, 40],
  ["two of three rows", 1.5, 66.7],
])("values that change %s", async (_, per, rate) => {
  const warnings = await warningsOf((row) => Math.floor(row / per));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(
    `The values of gx, gy, gz change only ${rate} times per second, although there are 100 rows`,
  );
});

test.each([
  ["each row", (row: number) => row, 5],
  ["each row, coarse", (row: number) => row, 0],
  ["rows at random", (row: number) => Math.max(0, row - (Math.imul(row, 0x9e3779b1) >>> 30)), 5],
])("no warning if values change %s", async (_, sample, decimals) => {
  expect(await warningsOf(sample, decimals)).toEqual([]);
});
