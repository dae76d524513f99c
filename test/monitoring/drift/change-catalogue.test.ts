import { describe, expect, it } from "vitest";
import { type ChangeSizes, changeCatalogue } from "../../../src/monitoring/drift/change-catalogue.ts";
import type { Change } from "../../../src/monitoring/drift/injected-change.ts";
import { remediesFor } from "../../../src/monitoring/drift/remedies.ts";
import {
  drawSensorFaultAxis,
  lostSensorSamplesFault,
  sensorNoiseFault,
  sensorRateFault,
  sensorRotationFault,
  stuckSensorFault,
} from "../../../src/monitoring/drift/sensor-faults.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { moments } from "../../../src/stats/moments.ts";
import { type Rotation, rotationAbout, type Vector } from "../../../src/stats/rotation.ts";

const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
const scales = { Ax: 2, Ay: 4, Az: 3, Gx: 1, Gy: 0.5, Gz: 8 };
const sensors = sensorsByName(channels);
const turnedBy = (axis: Vector, degrees: number): Rotation => rotationAbout(axis, (degrees * Math.PI) / 180);
const catalogue = changeCatalogue(channels, sensors, scales);
const none: ChangeSizes = {
  offsets: [],
  gains: [],
  ramps: [],
  rotations: [],
  noises: [],
  stuckShares: [],
  lostShares: [],
  rates: [],
};
/** Returns the change that has one of these sizes; flips and unit changes have no size. */
const only = (sizes: ChangeSizes): Change =>
  changeCatalogue(channels, sensors, scales, { ...none, ...sizes }).find(
    ({ kind }) => kind !== "flipped axis" && kind !== "unit",
  )!;
const named = (name: string): Change => catalogue.find((change) => change.name === name)!;
const f32 = (...values: number[]): Float32Array => Float32Array.from(values);
const made = new Map<string, Columns>();
const batchOf = (seed: number, samples = 500, names: readonly string[] = channels): Columns => {
  const key = `${seed} ${samples} ${names}`;
  if (!made.has(key)) made.set(key, drawBatch(seed, samples, names));
  return made.get(key)!;
};
const drawBatch = (seed: number, samples: number, names: readonly string[]): Columns => {
  const rng = Rng.fromSeed(seed);
  return Object.fromEntries(
    names.map((name, c) => [name, Float32Array.from({ length: samples }, () => c + rng.normal())]),
  );
};
const changed = (before: Columns, after: Columns): string[] =>
  Object.keys(before).filter((name) => after[name]!.some((x, i) => x !== before[name]![i]));
const seeds = Array.from({ length: 40 }, (_, i) => i);

describe("the catalogue", () => {
  it("says what it holds, in a fixed order", () => {
    expect(catalogue.map(({ name }) => name)).toEqual([
      ...["offset of 0.3 sd in one channel", "offset of 0.6 sd in one channel", "offset of 1 sd in one channel"],
      ...["gain of 1.2 in one channel", "gain of 1.5 in one channel"],
      "ramp of 0.01 sd per batch in one channel",
      "ramp of 0.02 sd per batch in one channel",
      "ramp of 0.05 sd per batch in one channel",
      ...["sensor turned by 15 degrees", "sensor turned by 45 degrees", "sensor turned by 90 degrees"],
      ...["one acceleration axis flipped", "one rotation axis flipped"],
      ...["acceleration in g instead of m/s^2", "rotation in deg/s instead of rad/s"],
      ...["noise of 0.3 sd in every channel", "noise of 1 sd in every channel"],
      ...["one channel stuck for 30 % of a batch", "one channel stuck for 100 % of a batch"],
      ...["5 % of samples lost", "15 % of samples lost"],
      ...["recorded at 0.5 times the rate", "recorded at 0.8 times the rate"],
      ...["recorded at 1.25 times the rate", "recorded at 2 times the rate"],
    ]);
  });

  it("expects a gradual drift of ramps alone", () => {
    const gradual = catalogue.filter(({ expected }) => expected === "gradual_drift");
    expect(gradual).toEqual(catalogue.filter(({ kind }) => kind === "ramp"));
    expect(gradual).toHaveLength(3);
  });

  it("leaves out what needs sensors if there are none", () => {
    const kinds = changeCatalogue(["left", "right"], [], { left: 1, right: 2 }).map(({ kind }) => kind);
    expect(kinds).toHaveLength(catalogue.length - 3 - 2 - 2);
    for (const kind of ["rotation", "flipped axis", "unit"]) expect(kinds).not.toContain(kind);
  });

  it("refuses scales and sizes that are not possible", () => {
    expect(() => changeCatalogue([], [], {})).toThrow("at least one channel");
    expect(() => changeCatalogue(["Ax"], [], {})).toThrow(
      'standard deviation of channel "Ax" to be above 0, got undefined',
    );
    expect(() => changeCatalogue(["Ax"], [], { Ax: 0 })).toThrow("above 0, got 0");
    expect(() => only({ offsets: [Number.NaN] })).toThrow("above 0, got NaN");
    expect(() => only({ stuckShares: [1.5] })).toThrow("at most 1, got 1.5");
    expect(() => only({ lostShares: [0.9] })).toThrow("at most 0.8, got 0.9");
    expect(() => only({ lostBurst: 2.5 })).toThrow("whole number above 0, got 2.5");
  });
});

describe.each(catalogue.map((change) => [change.name, change] as const))("%s", (_, change) => {
  it("changes samples, and keeps lengths, finite numbers and its input", () => {
    for (const seed of seeds) {
      const batch = batchOf(seed);
      const before = Object.fromEntries(Object.entries(batch).map(([name, column]) => [name, column.slice()]));
      const after = change.begin(Rng.fromSeed(seed))(batch, 1);
      expect(changed(before, batch)).toEqual([]);
      expect(Object.keys(after)).toEqual(channels);
      expect(changed(batch, after)).not.toEqual([]);
      const unfit = channels.filter((name) => {
        const column = after[name];
        return !(column instanceof Float32Array && column.length === 500 && column.every(Number.isFinite));
      });
      expect(unfit).toEqual([]);
    }
  });

  it("depends on the stream's seed and the batch's number alone", () => {
    const rng = Rng.fromSeed(3);
    const [first, second] = [change.begin(rng), change.begin(rng)];
    const inOrder = [1, 2, 3].map((batch) => first(batchOf(batch), batch));
    rng.uint32();
    const backwards = [3, 2, 1].map((batch) => second(batchOf(batch), batch));
    expect(backwards.toReversed()).toEqual(inOrder);
  });

  it("hits the same channels in every batch", () => {
    const apply = change.begin(Rng.fromSeed(5));
    const hit = [1, 2, 9].map((batch) => changed(batchOf(batch), apply(batchOf(batch), batch)).join());
    expect(new Set(hit).size).toBe(1);
  });

  it("passes other columns through, and refuses batches that do not fit", () => {
    const apply = change.begin(Rng.fromSeed(1));
    const pressure = f32(1, 2, 3);
    expect(apply({ ...batchOf(1), pressure }, 1).pressure).toBe(pressure);
    const { Gz: _gz, ...fewer } = batchOf(1);
    expect(() => apply(fewer, 1)).toThrow("Gz missing");
    expect(() => apply({ ...batchOf(1), Gz: pressure }, 1)).toThrow("Gy 500, Gz 3");
    expect(() => apply(batchOf(1), 0)).toThrow("expected 1 or more, got 0");
  });
});

describe("a change of one channel", () => {
  const flat: Columns = Object.fromEntries(channels.map((name) => [name, f32(1, -2, 4)]));
  const hitBy = (change: Change, seed: number, batch = 1): [keyof typeof scales, Float32Array] => {
    const after = change.begin(Rng.fromSeed(seed))(flat, batch);
    const names = changed(flat, after);
    expect(names).toHaveLength(1);
    for (const name of channels) if (name !== names[0]) expect(after[name]).toBe(flat[name]);
    return [names[0] as keyof typeof scales, after[names[0]!]!];
  };

  it("is drawn from all channels and, for an offset, both directions", () => {
    const drawn = seeds.map((seed) => {
      const [name, values] = hitBy(only({ offsets: [0.5] }), seed);
      const sign = Math.sign(values[0]! - 1);
      expect(values).toEqual(flat[name]!.map((x) => x + sign * 0.5 * scales[name]));
      return { name, sign };
    });
    expect(new Set(drawn.map(({ name }) => name))).toEqual(new Set(channels));
    expect(new Set(drawn.map(({ sign }) => sign))).toEqual(new Set([1, -1]));
  });

  it("grows by its slope a batch, for a ramp, in the direction of the offset of that stream", () => {
    for (const seed of seeds) {
      const [name, shifted] = hitBy(only({ offsets: [0.25] }), seed);
      const sign = Math.sign(shifted[0]! - 1);
      for (const batch of [1, 2, 8]) {
        const expected = flat[name]!.map((x) => x + sign * 0.25 * batch * scales[name]);
        expect(hitBy(only({ ramps: [0.25] }), seed, batch)).toEqual([name, expected]);
      }
    }
  });

  it("multiplies, for a gain", () => {
    expect(hitBy(only({ gains: [1.5] }), 1)[1]).toEqual(f32(1.5, -3, 6));
  });
});

describe("a turned sensor", () => {
  it("knows the turns that only move axes", () => {
    const close = (found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void =>
      found.flat().forEach((value, i) => {
        expect(value).toBeCloseTo(expected.flat()[i]!, 14);
      });
    // A rotation of 90 degrees about z maps x to y and y to -x. A rotation of 120 degrees about the diagonal maps x to y, y to
    // z and z to x.
    close(turnedBy([0, 0, 2], 90), [
      [0, -1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    close(turnedBy([1, 1, 1], 120), [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const triad = { x: f32(1, 2), y: f32(3, 4), z: f32(5, 6) };
    const { x, y, z } = sensorRotationFault(triad, ["x", "y", "z"], turnedBy([0, 0, 1], 90));
    expect([x, y, z]).toEqual([f32(-3, -4), f32(1, 2), f32(5, 6)]);
  });

  it("turns by an orthonormal matrix of determinant 1 and the angle that was asked for", () => {
    for (const seed of seeds) {
      const [a, b, c] = turnedBy(drawSensorFaultAxis(Rng.fromSeed(seed)), 37);
      const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
      const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
      for (const [u, v, product] of [
        [a, a, 1],
        [b, b, 1],
        [c, c, 1],
        [a, b, 0],
        [a, c, 0],
        [b, c, 0],
        [cross, c, 1],
      ] as const) {
        expect(dot(u, v)).toBeCloseTo(product, 12);
      }
      expect(a[0] + b[1] + c[2]).toBeCloseTo(1 + 2 * Math.cos((37 * Math.PI) / 180), 12);
    }
  });

  it("keeps the length of every sample, and turns all sensors alike in whatever order their channels come", () => {
    const names = ["Az", "Ax", "Ay", "gyro_x", "gyro_z", "gyro_y"];
    const a = batchOf(4, 50, ["Ax", "Ay", "Az"]);
    const batch = { ...a, gyro_x: a.Ax!, gyro_y: a.Ay!, gyro_z: a.Az! };
    const [turn] = changeCatalogue(names, sensorsByName(names), Object.fromEntries(names.map((name) => [name, 1])), {
      ...none,
      rotations: [60],
    });
    const after = turn!.begin(Rng.fromSeed(6))(batch, 1);
    expect([after.gyro_x, after.gyro_y, after.gyro_z]).toEqual([after.Ax, after.Ay, after.Az]);
    for (let i = 0; i < 50; i++) {
      const norm = (columns: Columns): number => Math.hypot(columns.Ax![i]!, columns.Ay![i]!, columns.Az![i]!);
      expect(norm(after) / norm(batch)).toBeCloseTo(1, 6);
    }
  });

  it("is turned by as many degrees as its change says", () => {
    const unit = {
      Ax: f32(1, 0, 0),
      Ay: f32(0, 1, 0),
      Az: f32(0, 0, 1),
      Gx: f32(0, 0, 0),
      Gy: f32(0, 0, 0),
      Gz: f32(0, 0, 0),
    };
    for (const degrees of [5, 60, 150]) {
      const { Ax, Ay, Az } = only({ rotations: [degrees] }).begin(Rng.fromSeed(6))(unit, 1);
      // A rotation by an angle a has the trace 1 + 2 cos a.
      expect(Ax![0]! + Ay![1]! + Az![2]!).toBeCloseTo(1 + 2 * Math.cos((degrees * Math.PI) / 180), 6);
    }
  });

  it("refuses no axis and no angle", () => {
    expect(() => turnedBy([0, 0, 0], 10)).toThrow("expected an axis");
    expect(() => turnedBy([1, 0, 0], Number.NaN)).toThrow("NaN");
  });
});

describe("what remedies.ts undoes", () => {
  const batch = batchOf(9);
  const [acceleration, rotation] = [sensors[0]!, sensors[1]!];

  it.each([
    ["acceleration in g instead of m/s^2", acceleration, "is in g instead of m/s^2"],
    ["rotation in deg/s instead of rad/s", rotation, "is in deg/s instead of rad/s"],
  ] as const)("%s, to the rounding of 32 bits", (name, sensor, fault) => {
    const after = named(name).begin(Rng.fromSeed(1))(batch, 1);
    expect(changed(batch, after)).toEqual(sensor.channels);
    const undone = remediesFor(sensor)
      .find((remedy) => remedy.fault === fault)!
      .undo(after);
    for (const channel of sensor.channels) {
      // The tolerance allows for rounding twice, each time by at most half a unit in the last of 24 binary places.
      for (const [i, x] of batch[channel]!.entries()) {
        expect(Math.abs(undone[channel]![i]! - x)).toBeLessThanOrEqual(2 ** -22.9 * Math.abs(x));
      }
    }
  });

  it.each([
    ["one acceleration axis flipped", acceleration],
    ["one rotation axis flipped", rotation],
  ] as const)("%s, exactly", (name, sensor) => {
    const drawn = seeds.map((seed) => {
      const after = named(name).begin(Rng.fromSeed(seed))(batch, 1);
      const [axis, ...others] = changed(batch, after);
      expect(others).toEqual([]);
      const remedy = remediesFor(sensor).find(
        ({ kind, channels: [first] }) => kind === "flipped axis" && first === axis,
      )!;
      expect(remedy.undo(after)[axis!]).toEqual(batch[axis!]);
      return axis;
    });
    expect(new Set(drawn)).toEqual(new Set(sensor.channels));
  });
});

it("every other order of three axes can be put right", () => {
  const orders = remediesFor(sensors[0]!).filter(({ kind }) => kind === "swapped axes");
  const letters = { Ax: f32(1), Ay: f32(2), Az: f32(3) };
  const found = orders.map(({ channels: moved, fault, undo }) => {
    const { Ax, Ay, Az } = undo(letters);
    return [[Ax![0], Ay![0], Az![0]].join(""), moved.join(" "), fault.includes("cyclically")];
  });
  expect(found.sort()).toEqual([
    ["132", "Ay Az", false],
    ["213", "Ax Ay", false],
    ["231", "Ax Ay Az", true],
    ["312", "Ax Ay Az", true],
    ["321", "Ax Az", false],
  ]);
});

describe("noise", () => {
  it("has the standard deviation asked for, and is another one in each channel and batch", () => {
    const zeros: Columns = Object.fromEntries(channels.map((name) => [name, new Float32Array(20_000)]));
    const apply = only({ noises: [0.3] }).begin(Rng.fromSeed(2));
    const [first, second] = [apply(zeros, 1), apply(zeros, 2)];
    for (const [name, sd] of Object.entries(scales)) {
      const { mean, std } = moments(first[name]!);
      // At n = 20,000, the standard error is 1/141 of the standard deviation for the mean, and 1/200 for the standard deviation
      // itself.
      expect(Math.abs(mean)).toBeLessThan(0.03 * 0.3 * sd);
      expect(Math.abs(std / (0.3 * sd) - 1)).toBeLessThan(0.025);
    }
    const correlation = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, x, i) => sum + x * b[i]!, 0) / (20_000 * moments(a).std * moments(b).std);
    expect(Math.abs(correlation(first.Ax!, first.Ay!))).toBeLessThan(0.03);
    expect(Math.abs(correlation(first.Ax!, second.Ax!))).toBeLessThan(0.03);
    expect(sensorNoiseFault(f32(1, 2), 0, Rng.fromSeed(1))).toEqual(f32(1, 2));
  });
});

describe("a stuck channel", () => {
  it("repeats the first value of its last part", () => {
    expect(stuckSensorFault(f32(1, 2, 3, 4), 0.5)).toEqual(f32(1, 2, 3, 3));
    expect(stuckSensorFault(f32(1, 2, 3, 4), 1)).toEqual(f32(1, 1, 1, 1));
    expect(stuckSensorFault(f32(), 1)).toEqual(f32());
  });
});

describe("lost samples", () => {
  it("are filled by straight lines, in every channel at the same place", () => {
    const columns = { a: f32(0, 7, 7, 7, 7, 10), b: f32(5, 9, 9, 9, 9, -5) };
    expect(lostSensorSamplesFault(columns, 2 / 3, 4, Rng.fromSeed(1))).toEqual({
      a: f32(0, 2, 4, 6, 8, 10),
      b: f32(5, 3, 1, -1, -3, -5),
    });
  });

  it("are the share asked for, in bursts that never touch, equally likely at any place", () => {
    const squares = { a: Float32Array.from({ length: 201 }, (_, i) => i * i) };
    const lostAt = new Uint32Array(201);
    const trials = 2000;
    for (let seed = 0; seed < trials; seed++) {
      const { a } = lostSensorSamplesFault(squares, 0.4, 4, Rng.fromSeed(seed));
      const lost = Array.from(a!, (x, i) => x !== i * i);
      for (const [i, is] of lost.entries()) if (is) lostAt[i]! += 1;
      const bursts = lost
        .map((is) => (is ? "x" : " "))
        .join("")
        .trim()
        .split(/ +/);
      expect(bursts).toEqual(Array.from({ length: 20 }, () => "xxxx"));
    }
    expect([lostAt[0], lostAt[200]]).toEqual([0, 0]);
    // The standard error is .011; near the ends, fewer bursts can cover a sample.
    for (let i = 10; i < 190; i++) expect(lostAt[i]! / trials).toBeCloseTo(0.4, 1);
  });

  it("are none if the share makes less than half a burst, and refused if bursts would touch", () => {
    const { a } = batchOf(1, 10, ["a"]);
    expect(lostSensorSamplesFault({ a: a! }, 0.1, 4, Rng.fromSeed(1))).toEqual({ a });
    expect(() => lostSensorSamplesFault({ a: a! }, 0.8, 4, Rng.fromSeed(1))).toThrow("0.8 of 10 in bursts of 4");
  });
});

describe("a wrong rate", () => {
  it("slows movement down, or speeds it up and starts anew", () => {
    const column = f32(0, 2, 4, 8);
    expect(sensorRateFault(column, 1)).toEqual(column);
    expect(sensorRateFault(column, 2)).toEqual(f32(0, 1, 2, 3));
    expect(sensorRateFault(column, 0.5)).toEqual(f32(0, 4, 0, 4));
    expect(sensorRateFault(column, 0.8)).toEqual(f32(0, 2.5, 6, 2));
    expect(sensorRateFault(f32(), 2)).toEqual(f32());
  });

  it("divides the frequency of a movement by its factor", () => {
    const wave = Float32Array.from({ length: 500 }, (_, i) => Math.sin((2 * Math.PI * (i + 0.5)) / 25));
    const crossings = (column: Float32Array): number =>
      column.filter((x, i) => i > 0 && x > 0 && column[i - 1]! <= 0).length;
    expect(crossings(wave)).toBe(19);
    expect(crossings(sensorRateFault(wave, 2))).toBe(9);
    expect(crossings(sensorRateFault(wave, 0.5))).toBe(39);
  });
});
