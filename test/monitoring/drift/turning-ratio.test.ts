import { describe, expect, it } from "vitest";
import { turningRatio } from "../../../src/monitoring/drift/turning-ratio.ts";
import { Rng } from "../../../src/random.ts";
import { givenSensors } from "../../../src/signals/data/given-sensors.ts";

const names = ["ax", "ay", "az", "gx", "gy", "gz"];
const [accelerometer, gyroscope] = givenSensors(["a=acc:ax,ay,az[m/s^2]", "g=gyr:gx,gy,gz[rad/s]"], names).map(
  ({ sensor }) => sensor,
);

/** Computes the ratio slice by slice with the textbook cross product; successive directions are 2 x `half` samples apart. */
function slowRatio(columns: Readonly<Record<string, Float32Array>>, half: number, rate: number): number {
  const sum = (name: string, from: number, to: number): number =>
    columns[name]!.slice(from, to).reduce((total, value) => total + value, 0);
  const unit = (at: number): number[] => {
    const vector = ["ax", "ay", "az"].map((name) => sum(name, at - half, at + half));
    const length = Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
    return vector.map((value) => (length > 0 ? value / length : 0));
  };
  let [seen, said] = [0, 0];
  for (let at = half; at + 3 * half <= columns.ax!.length; at += 2 * half) {
    const [u, v] = [unit(at), unit(at + 2 * half)];
    const turn = ["gx", "gy", "gz"].map((name) => sum(name, at, at + 2 * half) / rate);
    for (const [i, j] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      said += (turn[i]! * ((u[j]! + v[j]!) / 2) - turn[j]! * ((u[i]! + v[i]!) / 2)) ** 2;
    }
    for (const axis of [0, 1, 2]) seen += (u[axis]! - v[axis]!) ** 2;
  }
  return Math.sqrt(seen / said);
}

describe("turningRatio", () => {
  it.each([
    { rate: 20, half: 5, rows: 400 },
    { rate: 50, half: 13, rows: 700 },
    { rate: 1, half: 1, rows: 60 },
  ])("equals a slow computation at $rate Hz", ({ rate, half, rows }) => {
    const rng = Rng.fromSeed(rate);
    const columns = Object.fromEntries(
      names.map((name) => [name, Float32Array.from({ length: rows }, () => rng.uniform() - 0.3)]),
    );
    for (const name of ["ax", "ay", "az"]) columns[name]!.fill(0, 7 * half, 11 * half);
    const ratio = turningRatio(columns, { accelerometer: accelerometer!, gyroscope: gyroscope! }, rate);
    expect(ratio?.all).toBeCloseTo(slowRatio(columns, half, rate), 10);
  });

  it("is not measured while the sensor hardly turns, or in fewer than ten turns", () => {
    const columns = (rows: number, swing: number) =>
      Object.fromEntries(
        names.map((name, c) => [
          name,
          Float32Array.from({ length: rows }, (_, i) => (name === "az" ? 1 : swing * Math.sin(i / 7 + c))),
        ]),
      );
    const ratioOf = (rows: number, swing: number): number | undefined =>
      turningRatio(columns(rows, swing), { accelerometer: accelerometer!, gyroscope: gyroscope! }, 20)?.all;
    expect(ratioOf(400, 0.01)).toBeUndefined();
    expect(ratioOf(400, 0.5)).toBeGreaterThan(0);
    expect(ratioOf(110, 0.5)).toBeGreaterThan(0);
    expect(ratioOf(109, 0.5)).toBeUndefined();
  });

  it("leaves out the jumps where recordings were joined", () => {
    const [rows, joint] = [1200, 80];
    const still = Object.fromEntries(
      names.map((name, c) => [name, Float32Array.from({ length: rows }, (_, i) => (c > 2 ? 1e-3 * Math.sin(i) : 0))]),
    );
    // The direction of gravity changes every four seconds, although the gyroscope measures no turn.
    for (let i = 0; i < rows; i++) still[Math.floor(i / joint) % 2 === 0 ? "ax" : "az"]![i] = 1;
    const joined = turningRatio(still, { accelerometer: accelerometer!, gyroscope: gyroscope! }, 20)!;
    expect(joined.all).toBeGreaterThan(100);
    expect(joined.mostly).toBeUndefined();
  });
});
