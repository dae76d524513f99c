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

  it("looks for a stuck or clipped channel where values repeat more than a noisy sensor's do", () => {
    const share = (part: number, change: (x: number) => number): string[] => {
      const Gz = batch.Gz!.map((x, i) => (i < part * 4000 ? change(x) : x));
      return diagnose({ ...batch, Gz }, baseline, sensors).map(({ kind }) => kind);
    };
    // Half of the neighbours are equal.
    expect(share(0.49, () => -0.2)).not.toContain("stuck channel");
    expect(share(0.52, () => -0.2)).toContain("stuck channel");
    // A sensor that ends at 1.5 deviations has a fifteenth of its values there, one that ends at 2.3 a hundredth.
    const cutAt = (sd: number) =>
      diagnose(
        each(["Gz"], (x) => Math.min(x, -0.2 + sd * 0.8)),
        baseline,
        sensors,
      );
    expect(cutAt(2.3)).toEqual([]);
    expect(cutAt(1.5)).toMatchObject([{ kind: "clipped channel", channels: ["Gz"], weight: expect.closeTo(0.067, 2) }]);
    const low = diagnose(
      each(["Gz"], (x) => Math.max(x, -0.2 - 1.5 * 0.8)),
      baseline,
      sensors,
    );
    expect(low).toMatchObject([{ kind: "clipped channel", fault: "is cut off at -1.4" }]);
  });

  it("takes the ends of the training data's range for no clipping, nor what a coarse sensor repeats", () => {
    const saturated = baselineReference(each(["Gz"], (x) => Math.min(x, 1), recording(1)));
    expect(
      diagnose(
        each(["Gz"], (x) => Math.min(x, 1)),
        saturated,
        sensors,
      ),
    ).toEqual([]);
    const coarse = (x: number): number => Math.round(4 * x) / 4;
    const steps = baselineReference(each(channels, coarse, recording(1)));
    const kinds = diagnose(
      each(["Gz"], () => 0.25, each(channels, coarse)),
      steps,
      sensors,
    ).map(({ kind }) => kind);
    expect(kinds).not.toContain("stuck channel");
    expect(kinds).not.toContain("clipped channel");
  });

  it("says nothing of one row, of which no channel can be stuck", () => {
    const row = Object.fromEntries(channels.map((name) => [name, batch[name]!.slice(0, 1)]));
    expect(diagnose(row, baseline, sensors).filter(({ kind }) => kind === "stuck channel")).toEqual([]);
    const two = Object.fromEntries(channels.map((name) => [name, Float32Array.of(batch[name]![0]!, batch[name]![0]!)]));
    expect(diagnose(two, baseline, sensors).filter(({ kind }) => kind === "stuck channel")).toHaveLength(6);
  });

  it("calls a rate wrong that is more than a tenth off, either way, by the middle of the steps", () => {
    const rateOf = (hz: number, n = 4000) =>
      diagnose(batch, baseline, sensors, {
        time: Float64Array.from({ length: n }, (_, i) => i / hz),
        samplingRateHz: 50,
      });
    expect([45.5, 50, 55].map((hz) => rateOf(hz).length)).toEqual([0, 0, 0]);
    expect(rateOf(44)).toMatchObject([{ weight: expect.closeTo(0.12, 9), fault: "comes at 44 Hz instead of 50 Hz" }]);
    expect(rateOf(60)).toMatchObject([{ weight: expect.closeTo(1 / 6, 9), channels: [] }]);
    expect(rateOf(25, 3)).toHaveLength(1);
    expect(rateOf(25, 2)).toEqual([]);
    const [uneven] = diagnose(batch, baseline, sensors, { time: Float64Array.of(0, 0.5, 1.5), samplingRateHz: 50 });
    expect(uneven!.fault).toBe("comes at 1 Hz instead of 50 Hz");
    expect(diagnose(batch, baseline, sensors, { samplingRateHz: 10 })).toEqual([]);
    expect(diagnose(batch, baseline, sensors, { time: Float64Array.of(0, 1, 2, 3) })).toEqual([]);
    const gaps = Float64Array.from({ length: 4000 }, (_, i) => i / 50 + (i % 5 === 0 ? 0.01 : 0));
    expect(diagnose(batch, baseline, sensors, { time: gaps, samplingRateHz: 50 })).toEqual([]);
  });

  it("blames a fault by the share of the distance that goes away when it is undone", () => {
    const inG = each(acceleration, (x) => x / 9.80665);
    const [culprit, ...others] = diagnose(inG, baseline, sensors);
    // The spreads are off by ln 9.80665 in each axis, and right again but for chance.
    expect(culprit!.weight).toBeGreaterThan(0.98);
    for (const other of others) expect(other.weight).toBeLessThan(culprit!.weight);
    for (const { weight } of others) expect(weight).toBeGreaterThanOrEqual(0.3);
    // A quarter of a flipped axis: undoing it is worth nothing.
    const partly = { ...batch, Ay: batch.Ay!.map((x, i) => (i % 4 === 0 ? -x : x)) };
    expect(diagnose(partly, baseline, sensors)).toEqual([]);
    const mostly = { ...batch, Ay: batch.Ay!.map((x, i) => (i % 4 === 0 ? x : -x)) };
    expect(diagnose(mostly, baseline, sensors)[0]).toMatchObject({ kind: "flipped axis", channels: ["Ay"] });
    expect(diagnose(mostly, baseline, sensors)[0]!.weight).toBeLessThan(0.75);
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
