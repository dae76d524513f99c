import { describe, expect, it } from "vitest";
import { type TurningSums, turningSums } from "../../../src/monitoring/summaries/turning-scale.ts";
import fixture from "../../fixtures/turning-scale.json" with { type: "json" };

const { rate } = fixture;
const columns = Object.fromEntries(
  Object.entries(fixture.columns).map(([name, own]) => [name, Float32Array.from(own)]),
);
const names = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
const axes = (factors: readonly number[]): Float32Array[] =>
  names.map((name, k) => columns[name]!.map((x) => x * (k < 3 ? 1 : factors[k - 3]!)));
const usual = axes([1, 1, 1]);
const rows = usual[0]!.length;
const between = (from: number, to: number, own = usual): TurningSums => turningSums(own, { from, to }, rate, 1);

const nothing = { shared: 0, said: 0, misfits: Array(8).fill(0) };

describe("turningSums", () => {
  it.each([
    ["none", [1, 1, 1]],
    ["gain of 1.2", [1.2, 1.2, 1.2]],
    ["one axis flipped", [-1, 1, 1]],
  ] as const)("agrees with rotation matrices of SciPy, fault: %s", (name, factors) => {
    const { shared, said, misfits } = between(0, rows, axes(factors));
    const expected = fixture.sums[name];
    expect(shared / expected.shared).toBeCloseTo(1, 4);
    expect(said / expected.said).toBeCloseTo(1, 4);
    for (const [signs, own] of expected.misfits.entries()) expect(misfits![signs]! / own).toBeCloseTo(1, 3);
  });

  it("does not depend on the accelerometer's unit, and converts the gyroscope's", () => {
    const units = usual.map((own, k) => own.map((x) => (k < 3 ? x / 9.80665 : (x * 180) / Math.PI)));
    const { shared, said } = turningSums(units, { from: 0, to: rows }, rate, Math.PI / 180);
    expect(shared).toBeCloseTo(between(0, rows).shared, 4);
    expect(said).toBeCloseTo(between(0, rows).said, 4);
  });

  it("adds over stretches of whole spans", () => {
    const span = 6 * rate;
    const [first, rest] = [between(0, span), between(span, rows)];
    expect(first.said).toBeGreaterThan(0);
    expect(first.said + rest.said).toBeCloseTo(between(0, rows).said, 9);
    expect(first.shared + rest.shared).toBeCloseTo(between(0, rows).shared, 9);
  });

  it("has the least misfit for the signs that the axes have", () => {
    const usually = between(0, rows).misfits!;
    expect(usually.indexOf(Math.min(...usually))).toBe(0);
    for (const [signs, factors] of [
      [1, [-1, 1, 1]],
      [6, [1, -1, -1]],
      [7, [-1, -1, -1]],
    ] as const) {
      expect(between(0, rows, axes(factors)).misfits).toEqual(usually.map((_, i) => usually[i ^ signs]));
    }
  });

  it("has the same misfits if an axis of the accelerometer is reversed, or the other two of the gyroscope", () => {
    const flipped = between(
      0,
      rows,
      usual.map((own, k) => (k === 1 ? own.map((x) => -x) : own)),
    );
    for (const [i, own] of between(0, rows, axes([-1, 1, -1])).misfits!.entries())
      expect(flipped.misfits![i]).toBeCloseTo(own, 9);
  });

  it("computes no misfits from spans with strong accelerations", () => {
    const shaken = usual.map((own, k) => (k === 0 ? own.map((x, i) => x + (i % 2 === 0 ? 18 : -18)) : own));
    const { said, misfits } = between(0, rows, shaken);
    expect(said).toBeGreaterThan(0);
    expect(misfits).toEqual(nothing.misfits);
  });

  it("leaves out spans in which the sensor jumps while it is at rest", () => {
    const span = 6 * rate;
    // Resting half a second before the middle of the second span, then worn the other way up.
    const from = span + span / 2;
    const joined = usual.map((own, k) =>
      own.map((x, i) => {
        const resting = Math.abs(i + 0.5 - from) < rate / 2 ? (k < 3 ? [2, 5, 8.2][k]! : 0) : x;
        return i < from || k % 3 === 2 ? resting : -resting;
      }),
    );
    const whole = between(0, rows, joined);
    const [first, last] = [between(0, span), between(2 * span, rows)];
    expect(between(span, 2 * span, joined)).toEqual(nothing);
    expect(whole.said).toBeCloseTo(first.said + last.said, 6);
    expect(whole.shared).toBeCloseTo(first.shared + last.shared, 6);
  });

  it("is 0 for turns that are too small, for a short stretch, and without acceleration", () => {
    expect(between(0, rows, axes([0.01, 0.01, 0.01]))).toEqual(nothing);
    expect(between(0, 5 * rate)).toEqual(nothing);
    const weightless = usual.map((own, k) => (k < 3 ? own.map(() => 0) : own));
    expect(between(0, rows, weightless)).toEqual(nothing);
  });
});
