// The bound's promise is a probability over new groups: it is measured on simulated people, of any shape.
import { describe, expect, it } from "vitest";
import { groupConformalBound } from "../../src/stats/group-conformal.ts";
import { Rng } from "../../src/stats/random.ts";

describe("groupConformalBound", () => {
  it("is split conformal's order statistic where every group has one score", () => {
    const scores = Array.from({ length: 19 }, (_, i) => [i + 1]);
    // ceil(0.9 (19 + 1)) = 18th smallest, ceil(0.5 x 20) = 10th (Lei et al. 2018).
    expect(groupConformalBound(scores, 0.9)).toBe(18);
    expect(groupConformalBound(scores, 0.5)).toBe(10);
    expect(groupConformalBound(scores, 0.95)).toBe(19);
    expect(groupConformalBound(scores, 0.96)).toBe(Number.POSITIVE_INFINITY);
  });

  it("weighs people, not batches", () => {
    const many = Array.from({ length: 1000 }, () => 0);
    expect(groupConformalBound([many, [5], [6]], 0.5)).toBe(5);
  });

  it("leaves out who has no scores, and has no bound for nobody", () => {
    expect(groupConformalBound([[], [1], [2], [3]], 0.5)).toBe(2);
    expect(groupConformalBound([], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ["people alike", 0],
    ["people who differ as much as their batches", 1],
    ["people who differ more", 5],
  ])("covers a new person's batch as promised: %s", (_, between) => {
    const rng = Rng.fromSeed(3);
    const person = (): number[] => {
      const own = between * rng.normal();
      return Array.from({ length: 1 + Math.floor(8 * rng.uniform()) }, () => Math.abs(own + rng.normal()));
    };
    let covered = 0;
    const trials = 2000;
    for (let trial = 0; trial < trials; trial++) {
      const bound = groupConformalBound(Array.from({ length: 20 }, person), 0.8);
      if (person()[0]! <= bound) covered++;
    }
    // Three standard errors below the promise.
    expect(covered / trials).toBeGreaterThan(0.8 - 3 * Math.sqrt((0.8 * 0.2) / trials));
    expect(covered / trials).toBeLessThan(0.9);
  });

  it("refuses NaN and coverages outside (0, 1)", () => {
    expect(() => groupConformalBound([[1], [Number.NaN]], 0.5)).toThrow(/NaN/);
    for (const coverage of [0, 1, Number.NaN, 90]) {
      expect(() => groupConformalBound([[1]], coverage)).toThrow(/coverage/);
    }
  });
});
