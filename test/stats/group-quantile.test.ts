import { describe, expect, it } from "vitest";
import { groupQuantile } from "../../src/stats/group-quantile.ts";

describe("groupQuantile", () => {
  it("is the order statistic if every group has one score", () => {
    const scores = Array.from({ length: 20 }, (_, i) => [20 - i]);
    expect([0.9, 0.5, 0.91, 1].map((share) => groupQuantile(scores, share))).toEqual([18, 10, 19, 20]);
  });

  it("weighs people, not batches", () => {
    const many = Array.from({ length: 1000 }, () => 0);
    expect(groupQuantile([many, [5], [6]], 0.5)).toBe(5);
  });

  it("leaves out who has no scores, and is infinite for nobody", () => {
    expect(groupQuantile([[], [1], [2], [3]], 0.5)).toBe(2);
    expect(groupQuantile([], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });

  it("refuses NaN and shares outside (0, 1]", () => {
    expect(() => groupQuantile([[1], [Number.NaN]], 0.5)).toThrow(/NaN/);
    for (const share of [0, 1.01, Number.NaN, 90]) expect(() => groupQuantile([[1]], share)).toThrow(/share/);
  });
});
