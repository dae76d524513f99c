// Checks streams of sensors that rest half of the time, until an axis of the gyroscope gets an offset or the accelerometer
// another gain.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { check } from "../../src/pipelines/check.ts";
import { train } from "../../src/pipelines/train.ts";
import { Rng } from "../../src/random.ts";
import { fileDirectory, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const samplingRateHz = 20;

/** Returns rows of half a minute; `change` alters the six values of a row. */
function rowsOf(rng: Rng, activity: "rest" | "walk", change = (row: number[]): number[] => row): string[] {
  const [size, phase, tilt] = [activity === "walk" ? 1 : 0, 6 * rng.uniform(), 0.2 * rng.uniform()];
  return Array.from({ length: 30 * samplingRateHz }, (_, i) => {
    const swing = size * Math.sin((2 * Math.PI * 1.8 * i) / samplingRateHz + phase);
    const noise = (): number => 0.05 * (rng.uniform() - 0.5);
    const acceleration = [9.81 * Math.sin(tilt) + 3 * swing, 2 * swing, 9.81 * Math.cos(tilt) + 4 * swing];
    const row = [...acceleration, 2 * swing, swing, -swing].map((value) => value + noise());
    return `${i / samplingRateHz},${change(row)
      .map((value) => value.toFixed(4))
      .join(",")}`;
  });
}

const header = "timestamp_s,Ax,Ay,Az,Gx,Gy,Gz";

beforeAll(async () => {
  const rng = Rng.fromSeed(5);
  const rows = ["ann", "ben", "eve", "joe", "kim", "lea"].flatMap((user) =>
    (["rest", "walk"] as const).flatMap((activity) =>
      rowsOf(rng, activity).map((row) => `${user},${activity},${user}-${activity},${row}`),
    ),
  );
  writeFileSync(at("people.csv"), `user,activity,recording,${header}\n${rows.join("\n")}\n`);
  await train({ ...tinyOptions, files: [at("people.csv")], out: at("model") });
}, 120_000);

it.each([
  [
    "offset",
    [0, 0, 0, 0, 0.2, 0],
    1,
    /^G: at rest, it now measures 0\.(19|20) rad\/s across gravity and measured 0\.0\d rad\/s/,
  ],
  ["gain", [0, 0, 0, 0, 0, 0], 1.12, /^A: at rest, it now measures 1[01]\.\d\d m\/s\^2 and measured 9\.\d\d m\/s\^2/],
] as const)(
  "a change (%s) is named from the second batch that shows it until it is gone",
  async (name, offsets, gain, message) => {
    const rng = Rng.fromSeed(6);
    const faulty = (row: number[]): number[] => row.map((x, k) => (k < 3 ? gain * x : x) + offsets[k]!);
    const checked: { verdict: string; message: string | undefined }[] = [];
    for (let batch = 1; batch <= 17; batch++) {
      const file = at(`${name}-${batch}.csv`);
      const change = batch > 10 && batch <= 15 ? faulty : undefined;
      const rows = [...rowsOf(rng, "rest", change), ...rowsOf(rng, "walk", change)].map(
        (row, i) => `${i / samplingRateHz},${row.slice(row.indexOf(",") + 1)}`,
      );
      writeFileSync(file, `${header}\n${rows.join("\n")}\n`);
      const { result } = await check({ files: [file], model: at("model"), stream: name, batchId: `${batch}` });
      if (result.verdict === "rejected") throw new Error(result.reasons[0]!.message);
      checked.push({ verdict: result.verdict, message: result.impossible?.[0]?.message });
    }
    const messages = checked.map((own) => own.message);
    expect(messages.slice(0, 11)).toEqual(Array(11).fill(undefined));
    for (const own of messages.slice(11, 15)) expect(own).toMatch(message);
    expect(new Set(checked.slice(11, 15).map(({ verdict }) => verdict))).toEqual(new Set(["sudden_change"]));
    expect(messages.slice(15)).toEqual([undefined, undefined]);
  },
  120_000,
);

it("a device that measures another gravity once it is turned over raises no alarm if the training data shows that", async () => {
  const rng = Rng.fromSeed(7);
  const turned = (row: number[]): number[] => row.map((x, k) => (k === 2 ? 0.6 - x : x));
  const upright = (row: number[]): number[] => row.map((x, k) => (k === 2 ? 0.6 + x : x));
  const minutesOf = (minutes: number, change: (row: number[]) => number[]): string[] =>
    Array.from({ length: minutes }, () => [...rowsOf(rng, "rest", change), ...rowsOf(rng, "walk", change)])
      .flat()
      .map((row, i) => `${i / samplingRateHz},${row.slice(row.indexOf(",") + 1)}`);
  const labelled = (user: string): string[] =>
    [upright, turned].flatMap((change, side) =>
      minutesOf(3, change).map((row, i) => {
        const activity = Math.floor(i / (30 * samplingRateHz)) % 2 === 0 ? "rest" : "walk";
        return `${user},${activity},${user}-${side},${row}`;
      }),
    );
  const rows = ["ann", "ben", "eve", "joe"].flatMap(labelled);
  writeFileSync(at("turned.csv"), `user,activity,recording,${header}\n${rows.join("\n")}\n`);
  await train({ ...tinyOptions, files: [at("turned.csv")], out: at("turning") });
  const file = at("turning/baseline_stats.json");
  const { drift } = JSON.parse(readFileSync(file, "utf8"));
  expect(drift.calibration.largest_changes.at_rest).toBeGreaterThan(1.4);
  for (const batch of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const name = at(`turned-${batch}.csv`);
    writeFileSync(name, `${header}\n${minutesOf(1, batch > 5 ? turned : upright).join("\n")}\n`);
    const { result } = await check({ files: [name], model: at("turning"), stream: "turned", batchId: `${batch}` });
    if (result.verdict === "rejected") throw new Error(result.reasons[0]!.message);
    expect(result.impossible ?? []).toEqual([]);
  }
}, 120_000);
