import { describe, expect, it } from "vitest";
import { diagnose } from "../../../src/monitoring/drift/diagnosis.ts";
import { baselineReference } from "../../../src/monitoring/summaries/baseline-reference.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { Rng } from "../../../src/stats/random.ts";
import { readMotionSense, withoutMotionSense } from "./motionsense.ts";

const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] as const;
const means = { Ax: 1, Ay: -8, Az: 4, Gx: 0, Gy: 0.3, Gz: -0.2 };
const recording = (seed: number): Columns => {
  const rng = Rng.fromSeed(seed);
  return Object.fromEntries(
    channels.map((name) => [name, Float32Array.from({ length: 4000 }, () => means[name] + 0.8 * rng.normal())]),
  );
};
const baseline = baselineReference(recording(1));
const batch = recording(2);
const each = (names: readonly string[], change: (x: number) => number, columns: Columns = batch): Columns => ({
  ...columns,
  ...Object.fromEntries(names.map((name) => [name, columns[name]!.map(change)])),
});
const acceleration = ["Ax", "Ay", "Az"];
const rotation = ["Gx", "Gy", "Gz"];
const sensors = sensorsByName(channels);
const likeliest = (columns: Columns) => diagnose(columns, baseline, sensors)[0];

describe("diagnose", () => {
  it.each([
    ["g instead of m/s^2", 1 / 9.80665, acceleration],
    ["milli-g instead of m/s^2", 1000 / 9.80665, acceleration],
    ["deg/s instead of rad/s", 180 / Math.PI, rotation],
  ])("finds %s", (fault, factor, names) => {
    const culprit = likeliest(each(names, (x) => x * factor))!;
    expect(culprit).toMatchObject({ kind: "unit", channels: names });
    expect(culprit.fault).toContain(fault);
    expect(culprit.weight).toBeGreaterThan(0.8);
  });

  it("finds the inverses against a baseline in other units", () => {
    const inG = baselineReference(each(acceleration, (x) => x / 9.80665, recording(1)));
    expect(diagnose(batch, inG, sensors)[0]).toMatchObject({ kind: "unit", fault: "is in m/s^2 instead of g" });
    const inDegrees = baselineReference(each(rotation, (x) => (x * 180) / Math.PI, recording(1)));
    expect(diagnose(batch, inDegrees, sensors)[0]).toMatchObject({ fault: "is in rad/s instead of deg/s" });
  });

  it("finds a flipped axis, and a whole sensor upside down", () => {
    expect(likeliest(each(["Ay"], (x) => -x))).toMatchObject({ kind: "flipped axis", channels: ["Ay"] });
    expect(likeliest(each(acceleration, (x) => -x))).toMatchObject({ kind: "flipped axis", channels: acceleration });
  });

  it("finds swapped axes, two or three", () => {
    const { Ax, Ay, Az } = batch;
    expect(likeliest({ ...batch, Ax: Az!, Az: Ax! })).toMatchObject({ kind: "swapped axes", channels: ["Ax", "Az"] });
    expect(likeliest({ ...batch, Ax: Ay!, Ay: Az!, Az: Ax! })).toMatchObject({ channels: acceleration });
  });

  it("finds a stuck channel, for all or for most of the time", () => {
    const stuck = { kind: "stuck channel", channels: ["Gz"] };
    expect(likeliest(each(["Gz"], () => -0.2))).toMatchObject({ ...stuck, weight: 1 });
    const mostly = batch.Gz!.map((x, i) => (i < 2800 ? -0.2 : x));
    expect(diagnose({ ...batch, Gz: mostly }, baseline, sensors)).toMatchObject([stuck]);
  });

  it("finds a clipped channel and where it is cut off", () => {
    const clipped = each(["Ay"], (x) => Math.max(-8.5, x));
    expect(diagnose(clipped, baseline, sensors)).toMatchObject([
      { kind: "clipped channel", channels: ["Ay"], fault: "is cut off at -8.5" },
    ]);
  });

  it("finds a wrong rate where it is told the times", () => {
    const time = Float64Array.from({ length: 4000 }, (_, i) => i / 100);
    const options = { time, samplingRateHz: 50 };
    expect(diagnose(batch, baseline, sensors, options)).toMatchObject([
      { kind: "sampling rate", fault: "comes at 100 Hz instead of 50 Hz" },
    ]);
    expect(diagnose(batch, baseline, sensors, { ...options, samplingRateHz: 98 })).toEqual([]);
  });

  it("blames nothing without a fault, and nothing it does not know", () => {
    expect(diagnose(batch, baseline, sensors)).toEqual([]);
    expect(
      diagnose(
        each(["Ax"], (x) => x + 0.4),
        baseline,
        sensors,
      ),
    ).toEqual([]);
  });

  it("leaves the batch alone", () => {
    const before = Object.values(batch).map((column) => column.slice());
    diagnose(batch, baseline, sensors);
    expect(Object.values(batch)).toEqual(before);
  });
});

it("tries only what a sensor can have been mistaken for, where its unit is known", () => {
  const known = sensors.map((sensor) => ({ ...sensor, unit: sensor.name === "A" ? ("m/s^2" as const) : null }));
  const louder = each(acceleration, (x) => x * 9.80665);
  expect(diagnose(louder, baseline, sensors)[0]).toMatchObject({ fault: "is in m/s^2 instead of g" });
  expect(diagnose(louder, baseline, known).filter(({ kind }) => kind === "unit")).toEqual([]);
  const inG = each(acceleration, (x) => x / 9.80665);
  expect(diagnose(inG, baseline, known)[0]).toMatchObject({ fault: "is in g instead of m/s^2" });
});

describe.skipIf(withoutMotionSense)("MotionSense (skipped without ../shared/data)", () => {
  it("names a unit error for every person, and none where there is none", async () => {
    const { people, all } = await readMotionSense();
    const reference = baselineReference(all);
    for (const { columns: all } of people) {
      // Every fifth row: as many kinds of movement, a fifth of the time.
      const columns = Object.fromEntries(
        Object.entries(all).map(([name, column]) => [name, column.filter((_, i) => i % 5 === 0)]),
      );
      expect(diagnose(columns, reference, sensors)).toEqual([]);
      const inG = each(acceleration, (x) => x / 9.80665, columns);
      expect(diagnose(inG, reference, sensors)[0]).toMatchObject({ kind: "unit", fault: "is in g instead of m/s^2" });
      const inDegrees = each(rotation, (x) => (x * 180) / Math.PI, columns);
      expect(diagnose(inDegrees, reference, sensors)[0]).toMatchObject({ fault: "is in deg/s instead of rad/s" });
    }
  });
});
