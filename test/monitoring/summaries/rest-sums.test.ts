import { describe, expect, it } from "vitest";
import { addRestSums, type RestSums, restSums } from "../../../src/monitoring/summaries/rest-sums.ts";
import fixture from "../../fixtures/rest-sums.json" with { type: "json" };

const { rate } = fixture;
const gravity = 9.80665;
const units = [gravity, gravity, gravity, 1, 1, 1];
const usual = Object.values(fixture.columns).map((own) => Float32Array.from(own));
const rows = usual[0]!.length;
const between = (from: number, to: number, axes = usual, inUnits = units): RestSums =>
  restSums(axes, { from, to }, rate, inUnits);
const meansOf = ({ seconds, sums }: RestSums): number[] => sums.map((sum) => sum / seconds);

describe("restSums", () => {
  it.each([
    ["none", (x: number) => x],
    ["gain of 1.2", (x: number, axis: number) => (axis < 3 ? 1.2 * x : x)],
    ["offset", (x: number, axis: number) => (axis === 4 ? x + 0.5 : x)],
  ] as const)("agrees with NumPy, fault: %s", (name, change) => {
    const faulty = usual.map((own, axis) => own.map((x) => change(x, axis)));
    const { seconds, sums } = between(0, rows, faulty);
    const expected = fixture.sums[name];
    expect(seconds).toBeCloseTo(expected.seconds, 4);
    for (const [k, sum] of sums.entries()) expect(sum).toBeCloseTo(expected.sums[k]!, 4);
  });

  it("gives gravity and nothing for sensors at rest, with a weight of 1 per whole second", () => {
    const still = [3, 4, 12, 0, 0, 0].map((x) => new Float32Array(2 * rate + 5).fill(x));
    expect(between(0, 2 * rate + 5, still, [13, 13, 13, 1, 1, 1])).toEqual({ seconds: 2, sums: [2, 0, 0, 0] });
  });

  it("leaves out turns about the vertical, which the acceleration does not show", () => {
    const turning = [3, 4, 12, 0.3, 0.4, 1.2].map((x) => new Float32Array(rate).fill(x));
    const { seconds, sums } = between(0, rate, turning, [13, 13, 13, 1, 1, 1]);
    expect(seconds).toBeCloseTo(1, 9);
    for (const [k, sum] of sums.entries()) expect(sum).toBeCloseTo(k === 0 ? 1 : 0, 6);
    const tilted = [3, 4, 12, 0.4, -0.3, 0].map((x) => new Float32Array(rate).fill(x));
    expect(between(0, rate, tilted, [13, 13, 13, 1, 1, 1]).sums[1]).toBeCloseTo(0.4, 6);
  });

  it("is finite without any acceleration", () => {
    const nothing = [0, 0, 0, 0.1, 0, 0].map((x) => new Float32Array(rate).fill(x));
    expect(between(0, rate, nothing).sums[0]).toBe(0);
    expect(between(0, rate, nothing).sums[1]).toBeCloseTo(0.1, 6);
  });

  it("counts a second less if the sensors move within it", () => {
    const shaken = usual.map((own, axis) => own.map((x, i) => (axis === 0 ? x + (i % 2) * 5 : x)));
    expect(between(0, rows, shaken).seconds).toBeLessThan(0.05 * between(0, rows).seconds);
  });

  it("converts units", () => {
    const converted = usual.map((own, k) => own.map((x) => (k < 3 ? x / gravity : (x * 180) / Math.PI)));
    const own = between(0, rows, converted, [1, 1, 1, 180 / Math.PI, 180 / Math.PI, 180 / Math.PI]);
    for (const [k, mean] of meansOf(own).entries()) expect(mean).toBeCloseTo(meansOf(between(0, rows))[k]!, 4);
  });

  it("has only gravity without a gyroscope, and nothing of a stretch shorter than a second", () => {
    expect(between(0, rows, usual.slice(0, 3)).sums).toHaveLength(1);
    expect(between(0, rate - 1)).toEqual({ seconds: 0, sums: [0, 0, 0, 0] });
  });

  it("adds over stretches of whole seconds", () => {
    const both = addRestSums(between(0, 3 * rate), between(3 * rate, rows));
    expect(both.seconds).toBeCloseTo(between(0, rows).seconds, 9);
    for (const [k, sum] of both.sums.entries()) expect(sum).toBeCloseTo(between(0, rows).sums[k]!, 9);
  });
});
