import { describe, expect, it } from "vitest";
import { impossibleSensors } from "../../../src/monitoring/drift/impossible-sensors.ts";
import { baselineReference } from "../../../src/monitoring/summaries/baseline-reference.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const rate = 20;
const sensors = [accelerometer, gyroscope];

/** A shaking sensor that swings about its x axis by .6 rad to each side, with a period of 8 s. */
const swinging = (seconds = 60): Columns => {
  const n = seconds * rate;
  const column = (value: (t: number) => number) => Float32Array.from({ length: n }, (_, i) => value(i / rate));
  const w = (2 * Math.PI) / 8;
  const angle = (t: number) => 0.6 * Math.sin(w * t);
  return {
    Ax: column((t) => 3 * Math.sin(2 * Math.PI * 2 * t)),
    Ay: column((t) => 9.80665 * Math.sin(angle(t))),
    Az: column((t) => 9.80665 * Math.cos(angle(t))),
    // If a sensor rotates about x with some angular velocity, a vector that is fixed in the world rotates with the opposite
    // angular velocity in the sensor's frame.
    Gx: column((t) => -0.6 * w * Math.cos(w * t)),
    Gy: column(() => 0),
    Gz: column(() => 0),
  };
};
const scaled = (names: readonly string[], factor: number, columns = swinging()): Columns => ({
  ...columns,
  ...Object.fromEntries(names.map((name) => [name, columns[name]!.map((x) => x * factor)])),
});
const causes = (columns: Columns, known: readonly Sensor[] = sensors) =>
  impossibleSensors(columns, known, rate).map(({ cause }) => cause && [cause.kind, cause.fault]);

describe("impossibleSensors", () => {
  it("accepts a sensor that turns and is shaken, whatever the signs of its axes", () => {
    expect(causes(swinging())).toEqual([]);
    expect(causes(scaled(["Ax", "Ay", "Az"], -1))).toEqual([]);
    expect(causes(scaled(["Ay"], -1))).toEqual([]);
  });

  it("names the unit in which gravity is 1 g", () => {
    expect(causes(scaled(["Ax", "Ay", "Az"], 1 / 9.80665))).toEqual([["unit", "is in g instead of m/s^2"]]);
    expect(causes(scaled(["Ax", "Ay", "Az"], 1000 / 9.80665))).toEqual([["unit", "is in milli-g instead of m/s^2"]]);
    expect(causes(swinging(), [{ ...accelerometer, unit: "g" }])).toEqual([["unit", "is in m/s^2 instead of g"]]);
  });

  it("names no unit if gravity is 1 in none", () => {
    expect(causes(scaled(["Ax", "Ay", "Az"], 3))).toEqual([null]);
    expect(causes(scaled(["Ax", "Ay", "Az"], 16384 / 9.80665))).toEqual([null]);
  });

  it("names columns of the accelerometer and the gyroscope that have taken each other's place", () => {
    const usual: Columns = {
      ...scaled(["Ay"], 0.05),
      Gy: swinging().Ay!.map((x) => x / 90),
      Gz: swinging().Ax!.map((x) => x / 30),
    };
    const { Ax, Ay, Az, Gx, Gy, Gz } = usual as Record<string, Float32Array>;
    const baseline = baselineReference(usual);
    const cause = (columns: Columns) => impossibleSensors(columns, sensors, rate, baseline).map((own) => own.cause);
    const one = { Ax: Ax!, Ay: Ay!, Az: Gx!, Gx: Az!, Gy: Gy!, Gz: Gz! };
    const exchanged = { kind: "swapped axes", channels: ["Az", "Gx"], fault: "are swapped" };
    expect(cause(one)).toMatchObject([exchanged]);
    // The remaining axes average about 1 m/s^2, as if gravity were 1 g.
    expect(cause({ ...one, Ax: Ax!.map((x) => x + 0.9) })).toMatchObject([exchanged]);
    const all = { Ax: Gx!, Ay: Gy!, Az: Gz!, Gx: Ax!, Gy: Ay!, Gz: Az! };
    expect(cause(all)).toMatchObject([
      { kind: "swapped axes", channels: ["Ax", "Ay", "Az"], fault: "are swapped with Gx, Gy, Gz" },
    ]);
    expect(cause(usual)).toEqual([]);
  });

  it("tells swapped columns at rest apart by their means, or says that it cannot", () => {
    const tremor = (mean: number, phase: number) =>
      Float32Array.from({ length: 60 * rate }, (_, i) => mean + 0.05 * Math.sin(i + phase));
    const rest = (means: readonly number[]): Columns =>
      Object.fromEntries(["Ax", "Ay", "Az", "Gx", "Gy", "Gz"].map((name, i) => [name, tremor(means[i]!, i)]));
    const wide = scaled(["Ax", "Ay", "Az"], 1.5);
    const usual: Columns = { ...wide, Gy: swinging().Gx!, Gz: swinging().Gx! };
    const alike: Columns = { ...usual, Ax: wide.Az!, Ay: wide.Az! };
    const cause = (means: readonly number[], baseline: Columns) =>
      impossibleSensors(rest(means), sensors, rate, baselineReference(baseline)).map((own) => own.cause?.fault);
    expect(cause([0, 0, 0, 0, 3, 9.3], usual)).toEqual(["are swapped with Gx, Gy, Gz"]);
    expect(cause([0, 0, 0, 0, 9.8, 0], usual)).toEqual(["are swapped"]);
    expect(cause([0, 0, 0, 0, 9.8, 0], alike)).toEqual(["include columns that are swapped"]);
  });

  it("misses gravity, and finds gravity that should have been removed", () => {
    const shaken = { ...swinging(), ...scaled(["Ay", "Az"], 0) };
    expect(causes(shaken)).toEqual([["gravity", "has no gravity, unlike the training data"]]);
    const linear = { ...accelerometer, gravity: false };
    expect(causes(shaken, [linear])).toEqual([]);
    expect(causes(swinging(), [linear])).toEqual([["gravity", "has gravity, unlike the training data"]]);
  });

  it("compares the turn of gravity with the gyroscope", () => {
    const degrees = 180 / Math.PI;
    expect(causes(scaled(["Gx"], degrees))).toEqual([["unit", "is in deg/s instead of rad/s"]]);
    expect(causes(swinging(), [accelerometer, { ...gyroscope, unit: "deg/s" }])).toEqual([
      ["unit", "is in rad/s instead of deg/s"],
    ]);
    expect(causes(scaled(["Gx"], degrees), [accelerometer, { ...gyroscope, unit: "deg/s" }])).toEqual([]);
  });

  it("says nothing of a gyroscope that lies still, of unknown units, or of a few seconds", () => {
    const still = { ...swinging(), ...scaled(["Ax", "Ay", "Gx"], 0) };
    expect(causes({ ...still, Gy: still.Gy!.map((_, i) => (i % 2 === 0 ? 0.3 : -0.3)) })).toEqual([]);
    expect(causes(scaled(["Ax", "Ay", "Az"], 3), [{ ...accelerometer, unit: null }, gyroscope])).toEqual([]);
    expect(causes(scaled(["Ax", "Ay", "Az"], 0.1, swinging(4)))).toEqual([]);
  });
});
