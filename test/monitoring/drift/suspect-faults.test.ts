import { describe, expect, it } from "vitest";
import { suspectFaults } from "../../../src/monitoring/drift/suspect-faults.ts";
import { baselineReference } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { withSensorSignals } from "../../../src/monitoring/summaries/sensor-signals.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { readMotionSense, withoutMotionSense } from "./motionsense.ts";
import { expectUnitErrorsNamed } from "./unit-errors.ts";

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
const likeliest = (columns: Columns) => suspectFaults(columns, baseline, sensors, 50)[0];

describe("suspectFaults", () => {
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
    expect(suspectFaults(batch, inG, sensors, 50)[0]).toMatchObject({
      kind: "unit",
      fault: "is in m/s^2 instead of g",
    });
    const inDegrees = baselineReference(each(rotation, (x) => (x * 180) / Math.PI, recording(1)));
    expect(suspectFaults(batch, inDegrees, sensors, 50)[0]).toMatchObject({ fault: "is in rad/s instead of deg/s" });
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

  it("blames a fault by the share of the distance that goes away when it is undone", () => {
    const inG = each(acceleration, (x) => x / 9.80665);
    const [culprit, ...others] = suspectFaults(inG, baseline, sensors, 50);
    // The spreads are wrong by ln 9.80665 on each axis. After the fault is undone, they are right except for random variation.
    expect(culprit!.weight).toBeGreaterThan(0.98);
    for (const other of others) expect(other.weight).toBeLessThan(culprit!.weight);
    for (const { weight } of others) expect(weight).toBeGreaterThanOrEqual(0.3);
    // Only a quarter of the samples are flipped, so undoing a flip improves nothing.
    const partly = { ...batch, Ay: batch.Ay!.map((x, i) => (i % 4 === 0 ? -x : x)) };
    expect(suspectFaults(partly, baseline, sensors, 50)).toEqual([]);
    const mostly = { ...batch, Ay: batch.Ay!.map((x, i) => (i % 4 === 0 ? x : -x)) };
    expect(suspectFaults(mostly, baseline, sensors, 50)[0]).toMatchObject({ kind: "flipped axis", channels: ["Ay"] });
    expect(suspectFaults(mostly, baseline, sensors, 50)[0]!.weight).toBeLessThan(0.75);
  });

  it("blames nothing without a fault, and nothing it does not know", () => {
    expect(suspectFaults(batch, baseline, sensors, 50)).toEqual([]);
    expect(
      suspectFaults(
        each(["Ax"], (x) => x + 0.4),
        baseline,
        sensors,
        50,
      ),
    ).toEqual([]);
  });

  it("leaves the batch alone", () => {
    const before = Object.values(batch).map((column) => column.slice());
    suspectFaults(batch, baseline, sensors, 50);
    expect(Object.values(batch)).toEqual(before);
  });
});

it("suspects no unit of an acceleration with gravity whose length is that of gravity", () => {
  const withGravity = sensors.map((sensor) => ({ ...sensor, gravity: sensor.name === "A" }));
  // Nobody moves, so the spreads are a tenth of the usual ones, as they would be in g, but the mean magnitude is that of a
  // sensor in m/s^2.
  const still = {
    ...batch,
    ...Object.fromEntries(
      acceleration.map((name) => [
        name,
        batch[name]!.map((x) => means[name as "Ax"] + 0.1 * (x - means[name as "Ax"])),
      ]),
    ),
  };
  expect(suspectFaults(still, baseline, sensors, 50).map(({ kind }) => kind)).toContain("unit");
  expect(suspectFaults(still, baseline, withGravity, 50)).toEqual([]);
  const inG = each(acceleration, (x) => x / 9.80665);
  expect(suspectFaults(inG, baseline, withGravity, 50)[0]).toMatchObject({ fault: "is in g instead of m/s^2" });
});

it("suspects a rate if tempo and roughness are then as in training", () => {
  const { Ax, Ay, Az } = recording(1);
  const sway = (columns: Columns, factor: number): Columns => ({
    ...columns,
    Ax: columns.Ax!.map((_, i) => Math.sin((2 * Math.PI * 2 * factor * i) / 50)),
    Az: columns.Az!.map((x) => x / 100),
    Ay: columns.Ay!.map((_, i) => Math.cos((2 * Math.PI * 2 * factor * i) / 50)),
  });
  const known = sensors.filter(({ name }) => name === "A");
  const trained = baselineReference(withSensorSignals(sway({ Ax: Ax!, Ay: Ay!, Az: Az! }, 1), known, 50));
  const rates = (factor: number) =>
    suspectFaults(sway({ Ax: Ax!, Ay: Ay!, Az: Az! }, factor), trained, known, 50).map(({ fault }) => fault);
  expect(rates(1)).toEqual([]);
  expect(rates(1.25)[0]).toBe("were recorded at about 0.8 times the stated rate");
  expect(rates(0.5)[0]).toBe("were recorded at about 2 times the stated rate");
});

it("tries only what a sensor can have been mistaken for if its unit is known", () => {
  const known = sensors.map((sensor) => ({ ...sensor, unit: sensor.name === "A" ? ("m/s^2" as const) : null }));
  const louder = each(acceleration, (x) => x * 9.80665);
  expect(suspectFaults(louder, baseline, sensors, 50)[0]).toMatchObject({ fault: "is in m/s^2 instead of g" });
  expect(suspectFaults(louder, baseline, known, 50).filter(({ kind }) => kind === "unit")).toEqual([]);
  const inG = each(acceleration, (x) => x / 9.80665);
  expect(suspectFaults(inG, baseline, known, 50)[0]).toMatchObject({ fault: "is in g instead of m/s^2" });
});

describe.skipIf(withoutMotionSense)("MotionSense (skipped without ../shared/data)", () => {
  it("names a unit error for every fourth person, and none if there is none; the full tier tries everyone", async () => {
    const { people, all } = await readMotionSense();
    expectUnitErrorsNamed(
      people.filter((_, i) => i % 4 === 0),
      all,
    );
  });
});
