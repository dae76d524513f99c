import { describe, expect, it } from "vitest";
import { changeShape } from "../../../src/monitoring/drift/change-shape.ts";
import { Rng } from "../../../src/random.ts";

const series = (n: number, value: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => value(i));

describe("the shape of a change", () => {
  it("is a step if the series jumps and stays", () => {
    const { kind, start, size, ratio } = changeShape(series(20, (i) => (i < 12 ? 0.1 : 0.7)));
    expect({ kind, start, ratio }).toEqual({ kind: "step", start: 12, ratio: 1e6 });
    expect(size).toBeCloseTo(0.6, 12);
  });

  it("is a ramp if the series rises or falls steadily", () => {
    const up = changeShape(series(20, (i) => 0.1 + 0.02 * Math.max(0, i - 7)));
    expect(up).toMatchObject({ kind: "ramp", start: 8 });
    expect(up.size).toBeCloseTo(0.02, 12);
    const down = changeShape(series(20, (i) => 3 - 0.5 * Math.max(0, i - 4)));
    expect(down).toMatchObject({ kind: "ramp", start: 5 });
    expect(down.size).toBeCloseTo(-0.5, 12);
  });

  it("is what the walk 0.0, 0.1, 0.2, 0.3 and the jump from 0.2 to 1.5 are called", () => {
    expect(changeShape([0, 0, 0, 0, 0, 0.1, 0.2, 0.3]).kind).toBe("ramp");
    expect(changeShape([0, 0.1, 0.2, 0.2, 0.2, 0.2, 1.5, 1.5]).kind).toBe("step");
  });

  it("is right in nine of ten noisy series, five batches after a change was large enough to be seen", () => {
    const rng = Rng.fromSeed(1);
    const noise = (): number => 0.1 * rng.normal();
    const trials = 300;
    let [steps, ramps] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const begin = 15 + rng.integer(10);
      if (changeShape(series(begin + 6, (i) => (i < begin ? 0 : 0.6) + noise())).kind === "step") steps++;
      if (changeShape(series(begin + 30, (i) => 0.02 * Math.max(0, i - begin) + noise())).kind === "ramp") ramps++;
    }
    expect(steps / trials).toBeGreaterThan(0.9);
    expect(ramps / trials).toBeGreaterThan(0.9);
  });

  it("finds the start within two batches in nine of ten, for a step of six noise deviations", () => {
    const rng = Rng.fromSeed(2);
    let near = 0;
    for (let trial = 0; trial < 100; trial++) {
      const begin = 5 + rng.integer(20);
      const { start } = changeShape(series(begin + 6, (i) => (i < begin ? 0 : 0.6) + 0.1 * rng.normal()));
      if (Math.abs(start - begin) <= 2) near++;
    }
    expect(near).toBeGreaterThan(90);
  });

  it("counts a value by its weight: one of none is not there, one of two counts as twice the value", () => {
    const walk = series(20, (i) => 0.02 * Math.max(0, i - 9));
    const spoiled = walk.map((value, i) => (i === 3 || i === 14 ? 5 : value));
    const weights = series(20, (i) => (i === 3 || i === 14 ? 0 : 1));
    expect(changeShape(spoiled).size).not.toBeCloseTo(0.02, 3);
    expect(changeShape(spoiled, weights)).toMatchObject({ kind: "ramp", start: 10 });
    expect(changeShape(spoiled, weights).size).toBeCloseTo(0.02, 12);
    const rng = Rng.fromSeed(3);
    const values = series(12, () => rng.normal());
    const { size, explained } = changeShape(
      values,
      series(12, () => 1),
    );
    expect(
      changeShape(
        values,
        series(12, () => 7),
      ).size,
    ).toBeCloseTo(size, 12);
    expect(
      changeShape(
        values,
        series(12, () => 7),
      ).explained,
    ).toBeCloseTo(explained, 12);
    expect(
      changeShape(
        values,
        series(12, () => 0),
      ),
    ).toMatchObject({ kind: "step", size: 0, ratio: 1, explained: 0 });
  });

  it("says how much of the series the change explains", () => {
    expect(changeShape(series(20, (i) => (i < 12 ? 0.1 : 0.7))).explained).toBeCloseTo(1, 12);
    expect(changeShape(series(20, (i) => (i % 2 === 0 ? -1 : 1))).explained).toBeLessThan(0.2);
  });

  it("decides nothing about equal values, and refuses too few", () => {
    expect(changeShape([1, 1, 1, 1, 1])).toMatchObject({ kind: "step", ratio: 1, size: 0 });
    expect(() => changeShape([1, 2, 3, 4])).toThrow(RangeError);
    expect(() => changeShape([1, 2, 3, 4, 5], [1, 1, 1, 1])).toThrow(RangeError);
    expect(() => changeShape([1, 2, 3, 4, 5], [1, 1, 1, 1, -1])).toThrow(RangeError);
    expect(() => changeShape([1, 2, 3, 4, Number.NaN])).toThrow(RangeError);
  });
});
