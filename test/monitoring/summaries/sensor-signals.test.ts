import { expect, it } from "vitest";
import { sensorRotationFault } from "../../../src/monitoring/drift/sensor-faults.ts";
import {
  offsetSensorSignalNames,
  offsetSensorSignals,
  sensorsForSignals,
  withoutSensorSignals,
  withSensorSignals,
} from "../../../src/monitoring/summaries/sensor-signals.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { rotationAbout } from "../../../src/stats/rotation.ts";

const rate = 50;
const axes = ["Ax", "Ay", "Az"] as const;

function columns(length: number, value: (i: number, axis: number) => number, names: readonly string[] = axes): Columns {
  return Object.fromEntries(names.map((name, c) => [name, Float32Array.from({ length }, (_, i) => value(i, c))]));
}

const signalsOf = (own: Columns, hz = rate, starts?: readonly number[]): Columns =>
  withSensorSignals(own, sensorsForSignals(sensorsByName(Object.keys(own))), hz, starts);

const circling = (period: number, radius = 1): Columns =>
  columns(400, (i, axis) => [radius, -radius, 0][axis]! * Math.sin((2 * Math.PI * i) / period + (axis * Math.PI) / 2));

const noise = (seed: number, names?: readonly string[]): Columns => {
  const rng = Rng.fromSeed(seed);
  return columns(300, () => 3 * rng.normal(), names);
};

it.each([8, 12, 25, 60])(
  "the roughness of a circle in %i samples is sin^2 of half the angle between the compared samples",
  (period) => {
    const signals = signalsOf(circling(period, 7), rate);
    for (const i of [0, 1, 50, 200, 398, 399]) {
      expect(signals["A tempo"]![i]).toBeCloseTo(Math.sin((5 * Math.PI) / period) ** 2, 5);
      expect(signals["A roughness"]![i]).toBeCloseTo(Math.sin(Math.PI / period) ** 2, 5);
      expect(signals["A magnitude"]![i]).toBeCloseTo(7, 4);
    }
  },
);

it("is 0 on straight lines and if nothing moves, 1 on a zigzag", () => {
  const line = signalsOf(
    columns(50, (i, axis) => axis + 0.5 * i * axis),
    rate,
  );
  expect(new Set(line["A tempo"])).toEqual(new Set([0]));
  expect(new Set(line["A roughness"])).toEqual(new Set([0]));
  const zigzag = signalsOf(
    columns(50, (i) => (i % 2 === 0 ? 1 : -1)),
    rate,
  );
  expect(new Set(zigzag["A roughness"])).toEqual(new Set([1]));
});

it("does not know how the sensor sits, nor tempo and roughness how hard it moves", () => {
  const before = noise(1);
  const after = sensorRotationFault(before, axes, rotationAbout([1, 2, -3], 1.34));
  const louder = Object.fromEntries(axes.map((name) => [name, before[name]!.map((x) => 8 * x)]));
  const [a, b, c] = [before, after, louder].map((own) => signalsOf(own, rate));
  for (const [i, tempo] of a!["A tempo"]!.entries()) {
    expect(b!["A tempo"]![i]).toBeCloseTo(tempo, 4);
    expect(c!["A tempo"]![i]).toBe(tempo);
    expect(b!["A roughness"]![i]).toBeCloseTo(a!["A roughness"]![i]!, 4);
    expect(b!["A magnitude"]![i]).toBeCloseTo(a!["A magnitude"]![i]!, 4);
    expect(c!["A magnitude"]![i]).toBe(8 * a!["A magnitude"]![i]!);
  }
});

it("never compares samples of two stretches, and says 0 of one too short to compare", () => {
  const [long, short] = [noise(2), noise(3)];
  const joined = columns(308, (i, axis) => (i < 300 ? long : short)[axes[axis]!]![i % 300]!);
  const [alone, together] = [signalsOf(long), signalsOf(joined, rate, [0, 300])];
  for (const name of ["A tempo", "A roughness"]) expect(together[name]!.subarray(0, 300)).toEqual(alone[name]);
  expect([...together["A tempo"]!.subarray(300)]).toEqual(new Array(8).fill(0));
  expect([...together["A roughness"]!.subarray(300)].every((x) => x > 0)).toBe(true);
});

it("leaves out what was not measured, and nothing else", () => {
  const holey = noise(4);
  holey.Ay![100] = Number.NaN;
  const { "A magnitude": magnitude, "A tempo": tempo, "A roughness": roughness } = signalsOf(holey, rate);
  const missing = (column: Float32Array) => [...column.keys()].filter((i) => Number.isNaN(column[i]));
  expect(missing(magnitude!)).toEqual([100]);
  expect(missing(roughness!)).toEqual([99, 100, 101]);
  expect(missing(tempo!)).toEqual([95, 100, 105]);
});

it("uses accelerometers, or gyroscopes if there is none, and no columns of other names", () => {
  const namesOf = (names: readonly string[]) => Object.keys(signalsOf(noise(5, names))).slice(names.length);
  expect(namesOf(["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"])).toEqual([
    "acc magnitude",
    "acc tempo",
    "acc roughness",
  ]);
  expect(namesOf(["total_acc_x", "total_acc_y", "total_acc_z"])[0]).toBe("total_acc magnitude");
  const motionSense = ["userAcceleration.x", "userAcceleration.y", "userAcceleration.z"];
  const rotations = ["rotationRate.x", "rotationRate.y", "rotationRate.z"];
  expect(namesOf([...rotations, ...motionSense])[0]).toBe("userAcceleration magnitude");
  expect(namesOf(["angular_velocity_x", "angular_velocity_y", "angular_velocity_z"])).toHaveLength(3);
  expect(namesOf(["Gx", "Gy", "Gz"])).toEqual(["G magnitude", "G tempo", "G roughness"]);
  expect(namesOf(["Ax", "Ay", "pressure"])).toEqual([]);
});

it("leaves alone a channel that has a signal's name", () => {
  const own = noise(7, ["acc x", "acc y", "acc z", "acc magnitude"]);
  const signals = signalsOf(own, rate);
  expect(signals["acc magnitude"]).toBe(own["acc magnitude"]);
  expect(Object.keys(signals)).toEqual([...Object.keys(own), "acc tempo", "acc roughness"]);
  expect(Object.keys(offsetSensorSignals(own, sensorsByName(["acc x", "acc y", "acc z"]), "acc x", 1))).toEqual([
    "acc x",
  ]);
});

it("compares samples at least two apart if a tenth of a second is less", () => {
  const slow = signalsOf(circling(12), 5);
  expect(slow["A tempo"]![100]).toBeCloseTo(Math.sin((2 * Math.PI) / 12) ** 2, 5);
});

it("tells signals from channels by what they are computed of", () => {
  const names = ["Ax", "Ay", "Az", "heart tempo", "A magnitude", "A tempo"];
  const byName = Object.fromEntries(names.map((name, i) => [name, i]));
  expect(withoutSensorSignals(byName, ["Ax", "Ay", "Az", "heart tempo"])).toEqual({
    Ax: 0,
    Ay: 1,
    Az: 2,
    "heart tempo": 3,
  });
});

it("knows what an offset changes", () => {
  expect(offsetSensorSignalNames(["Ax", "Ay", "Az", "Gx"], sensorsByName(axes), "Ay")).toEqual(["Ay", "A magnitude"]);
  expect(offsetSensorSignalNames(["Ax", "Ay", "Az", "Gx"], sensorsByName(axes), "Gx")).toEqual(["Gx"]);
  const before = noise(6, ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]);
  const moved = { ...before, Ay: before.Ay!.map((x) => x + 2) };
  const changed = offsetSensorSignals(before, sensorsByName(axes), "Ay", 2);
  expect(changed).toEqual({ Ay: moved.Ay, "A magnitude": signalsOf(moved, rate)["A magnitude"] });
  expect(offsetSensorSignals(before, sensorsByName(axes), "Gz", -1)).toEqual({ Gz: before.Gz!.map((x) => x - 1) });
});
