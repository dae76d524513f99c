import { describe, expect, it } from "vitest";
import { driftBaselineFaults, driftBaselineSchema } from "../../../src/monitoring/drift/drift-baseline.ts";
import { freezeDriftBaseline } from "../../../src/monitoring/drift/freeze-drift-baseline.ts";
import { storedDriftBaseline } from "../../../src/monitoring/drift/stored-drift-baseline.ts";
import { WindowSignals } from "../../../src/monitoring/summaries/window-signals.ts";
import { Rng } from "../../../src/random.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { camelCaseKeys } from "../../camel-case-keys.ts";

const windowSize = 20;
const perPerson = 400;
const people = 6;

/**
 * Returns windows over one recording per person, with the values that `value` returns. Windows overlap by half, and cover only
 * the first `covered` people. With `labelOf`, each half of a recording has one label; without it, the labels alternate.
 */
function windowsOf(
  value: (i: number, channel: number) => number,
  covered = people,
  labelOf?: (half: number, person: number) => number,
): WindowSet {
  const channels = ["Ax", "Ay", "Az"];
  const rows = people * perPerson;
  const samples = new Float32Array(new SharedArrayBuffer(4 * rows * channels.length));
  for (let i = 0; i < samples.length; i++) samples[i] = value(Math.floor(i / 3), i % 3);
  const ofPerson = perPerson / 10 - 1;
  const middle = (ofPerson - 1) / 2;
  const all = Array.from({ length: covered * ofPerson }, (_, w) => w);
  const windows = labelOf === undefined ? all : all.filter((w) => w % ofPerson !== middle);
  const person = Int32Array.from(windows, (w) => Math.floor(w / ofPerson));
  const starts = Int32Array.from(windows, (w, i) => person[i]! * perPerson + (w % ofPerson) * 10);
  return {
    // A window lasts 100 s, so that the longest rehearsed batch consists of 9 chunks instead of 60.
    channels,
    samplingRateHz: 0.2,
    windowSize,
    samples,
    starts,
    startTimes: Float64Array.from(windows, (w) => w % ofPerson),
    labels: Int32Array.from(windows, (w, i) => labelOf?.(w % ofPerson < middle ? 0 : 1, person[i]!) ?? w % 2),
    groups: person,
    recordingIndex: person,
    classes: ["a", "b"],
    users: Array.from({ length: people }, (_, p) => `person ${p}`),
    recordings: Array.from({ length: people }, (_, p) => `recording ${p}`),
  };
}

const sensors = sensorsByName(["Ax", "Ay", "Az"]);

function baselineOf(windows: WindowSet, day: Parameters<typeof freezeDriftBaseline>[2]["day"] = "auto") {
  const probabilities = Float32Array.from(windows.labels).map((label) => 0.9 - 0.8 * label);
  const both = Float32Array.from({ length: 2 * probabilities.length }, (_, i) =>
    i % 2 === 0 ? probabilities[i >> 1]! : 1 - probabilities[i >> 1]!,
  );
  const options = { overlap: 0.5, referenceBatches: 2, day, rng: Rng.fromSeed(1) };
  return freezeDriftBaseline(new WindowSignals(windows, sensors), both, options);
}

const rng = Rng.fromSeed(2);
const noise = Float32Array.from({ length: 3 * people * perPerson }, () => rng.normal());

it("knows channels and the signals of the sensor, and fits its own schema", () => {
  const drift = baselineOf(windowsOf((i, channel) => noise[3 * i + channel]!));
  expect(Object.keys(drift.edges)).toEqual(["Ax", "Ay", "Az", "A magnitude", "A tempo", "A roughness"]);
  expect(driftBaselineFaults(drift, ["Ax", "Ay", "Az"], sensors)).toEqual([]);
  const file: unknown = JSON.parse(JSON.stringify(storedDriftBaseline(drift)));
  expect(camelCaseKeys(file)).toEqual([]);
  expect(driftBaselineSchema.parse(file)).toEqual(drift);
  // Earlier versions stored the baseline with camelCase keys.
  expect(driftBaselineSchema.parse(JSON.parse(JSON.stringify(drift)))).toEqual(drift);
  // A person's 39 windows begin 50 s apart, so batches of 15 s and 60 s have one window each, batches of 300 s have six, and
  // batches of 900 s have eighteen.
  const of = (rung: { windows: number; people: number; batches: number }): number[] => [
    ...[rung.windows, rung.people, rung.batches],
  ];
  expect(drift.accuracy!.rungs.map(of)).toEqual([
    [1, 6, 6 * 39],
    [6, 6, 6 * 6],
    [18, 6, 6 * 2],
  ]);
  // Every window is classified correctly, with a confidence of .9.
  expect(drift.accuracy!.offset).toBeCloseTo(0.1, 6);
  // Chunks are as long as a window here, so the shortest rehearsed length is the first one of at least 100 s.
  expect(drift.calibration.kinds.baseline!.rungs.map(({ seconds }) => Math.round(seconds / 100))).toEqual([3, 8]);
});

it("leaves out a signal that never varies, everywhere", () => {
  const sides = [
    [3, 4, 0],
    [0, -3, 4],
    [-4, 0, -3],
  ];
  const drift = baselineOf(windowsOf((i, channel) => sides[Math.floor(30 * Math.abs(noise[i]!)) % 3]![channel]!));
  const names = ["Ax", "Ay", "Az", "A tempo", "A roughness"];
  expect(Object.keys(drift.edges)).toEqual(names);
  expect(Object.keys(drift.calibration.correlation_seconds!)).toEqual(names);
  expect(driftBaselineFaults(drift, ["Ax", "Ay", "Az"], sensors)).toEqual([]);
});

it("counts only samples within windows, and stores nothing about other people", () => {
  const some = 4;
  const strange = (i: number, channel: number): number =>
    i < some * perPerson ? noise[3 * i + channel]! : 1000 * (1 + noise[3 * i + channel]!);
  const drift = baselineOf(windowsOf(strange, some));
  const counted = drift.by_class.reduce((sum, summary) => sum + (summary?.Ax?.n ?? 0), 0);
  expect(counted).toBe(some * perPerson);
  expect(drift.edges["A magnitude"]!.at(-1)).toBeLessThan(10);
  for (const summary of drift.by_class) expect(summary!["A magnitude"]!.max).toBeLessThan(10);
});

describe("the rehearsed days", () => {
  const noisy = (i: number, channel: number): number => noise[3 * i + channel]!;
  const four = 4;
  const dayOf = (labelOf: (half: number, person: number) => number, day?: Parameters<typeof baselineOf>[1]) =>
    baselineOf(windowsOf(noisy, four, labelOf), day).calibration.day;

  it("are in recorded order by default if most recordings contain several activities", () => {
    expect(dayOf((half, person) => (person < 3 ? half : 0))).toBe("recorded");
  });

  it("consist of bouts if most recordings contain a single activity, because the order of the recordings is not that of a day", () => {
    const bouts = { bout_seconds: [expect.any(Number), 300] };
    expect(dayOf((_, person) => person % 2)).toEqual(bouts);
    expect(dayOf((half, person) => (person < 2 ? half : 0))).toEqual(bouts);
  });

  it("are those that were requested", () => {
    expect(dayOf((half) => half, { boutSeconds: [200, 400] })).toEqual({ bout_seconds: [200, 400] });
    expect(dayOf((_, person) => person % 2, "recorded")).toBe("recorded");
  });
});
