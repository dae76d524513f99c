import { describe, expect, it } from "vitest";
import {
  sensorSignalMargin,
  sensorSignals,
  withSensorSignals,
} from "../../../src/monitoring/summaries/sensor-signals.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { coherenceHalfWidth, turningCoherence } from "../../../src/monitoring/summaries/turning-coherence.ts";
import { Rng } from "../../../src/random.ts";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const rate = 50;
const names = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] as const;

/** Simulates a sensor that rotates slowly about changing axes, and gravity in the sensor's frame at each moment. */
function turningSensor(seconds: number): Columns {
  const length = seconds * rate;
  const columns = Object.fromEntries(names.map((name) => [name, new Float32Array(length)]));
  let v: [number, number, number] = [2, 5, 8.2];
  for (let i = 0; i < length; i++) {
    const t = i / rate;
    const w = [Math.sin(0.9 * t), Math.sin(1.3 * t + 1), Math.sin(0.7 * t + 2)] as const;
    for (let step = 0; step < 20; step++) {
      const [x, y, z] = v;
      const dt = 1 / rate / 20;
      v = [x - (w[1] * z - w[2] * y) * dt, y - (w[2] * x - w[0] * z) * dt, z - (w[0] * y - w[1] * x) * dt];
    }
    for (const [k, name] of names.entries()) columns[name]![i] = k < 3 ? v[k]! : w[k - 3]!;
  }
  return columns;
}

const changed = (columns: Columns, of: Readonly<Record<string, number>>): Float32Array[] =>
  names.map((name) => columns[name]!.map((x) => x * (of[name] ?? 1)));
const means = (axes: readonly Float32Array[]): number[] =>
  turningCoherence(axes, rate).map((own) => own.reduce((sum, x) => sum + x, 0) / own.length);

describe("turningCoherence", () => {
  const columns = turningSensor(60);

  it("is 1 if both sensors see the same turning, in any unit", () => {
    for (const of of [{}, { Gx: 57.3, Gy: 57.3, Gz: 57.3 }, { Ax: 0.1, Ay: 0.1, Az: 0.1 }]) {
      for (const mean of means(changed(columns, of))) expect(mean).toBeGreaterThan(0.9);
    }
  });

  it("is reversed about an axis of the gyroscope that is flipped", () => {
    const [x, y, z] = means(changed(columns, { Gy: -1 })) as [number, number, number];
    expect(y).toBeLessThan(-0.3);
    expect(Math.min(x, z)).toBeGreaterThan(0);
  });

  it("is reversed about the other two axes if one of the accelerometer is flipped", () => {
    const [x, y, z] = means(changed(columns, { Az: -1 })) as [number, number, number];
    expect(Math.max(x, y)).toBeLessThan(0);
    expect(z).toBeGreaterThan(0);
  });

  it("is 0 for a sensor at rest, and has no value for a short stretch", () => {
    const still = names.map((_, k) => new Float32Array(200).fill(k === 2 ? 9.8 : 0));
    for (const own of turningCoherence(still, rate)) expect(new Set(own)).toEqual(new Set([0]));
    const short = changed(turningSensor(10), {}).map((axis) => axis.subarray(0, 2 * coherenceHalfWidth(rate)));
    for (const own of turningCoherence(short, rate)) expect(own).toHaveLength(0);
  });
});

describe("coherence as a signal", () => {
  const sensors = [accelerometer, gyroscope];
  const coherences = names.slice(3).map((name) => `${name} coherence`);

  it("needs one accelerometer with gravity and one gyroscope", () => {
    const coherencesOf = (own: readonly Sensor[]): string[] =>
      sensorSignals([], own).flatMap(({ name, kind }) => (kind === "coherence" ? [name] : []));
    expect(coherencesOf(sensors)).toEqual(coherences);
    expect(coherencesOf([{ ...accelerometer, gravity: false }, gyroscope])).toEqual([]);
    expect(coherencesOf([accelerometer])).toEqual([]);
    expect(coherencesOf([accelerometer, gyroscope, { ...gyroscope, name: "H" }])).toEqual([]);
  });

  it("is the same in a part of a stretch as in the whole, and does not cross stretches", () => {
    const rng = Rng.fromSeed(3);
    const columns = Object.fromEntries(
      names.map((name) => [name, Float32Array.from({ length: 700 }, () => rng.normal())]),
    );
    const starts = [0, 300, 310];
    const whole = withSensorSignals(columns, sensors, rate, starts);
    const margin = sensorSignalMargin(rate);
    const [from, to] = [450, 520];
    const part = Object.fromEntries(names.map((name) => [name, columns[name]!.subarray(from - margin, to + margin)]));
    const own = withSensorSignals(part, sensors, rate);
    for (const name of coherences) {
      expect(own[name]!.subarray(margin, margin + to - from)).toEqual(whole[name]!.subarray(from, to));
      expect(new Set(whole[name]!.subarray(300, 310))).toEqual(new Set([0]));
    }
  });
});
