import { describe, expect, it } from "vitest";
import { baselineReference } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import {
  summaryDistribution,
  summaryQuantile,
  summaryShareBelow,
  summaryShares,
} from "../../../src/monitoring/summaries/summary-distribution.ts";
import { Rng } from "../../../src/random.ts";

const summary = { n: 10, min: -1, max: 4, counts: [2, 5, 3] };

describe("the distribution of a summary", () => {
  // Two values lie between -1 and 0, five between 0 and 2 and three between 2 and 4, evenly spread within each bin.
  const distribution = summaryDistribution(summary, [0, 2])!;

  it("is exact at the edges and linear in between", () => {
    const below = [-2, -1, -0.5, 0, 1, 2, 3, 4, 5].map((x) => summaryShareBelow(distribution, x));
    expect(below.map((share) => Number(share.toFixed(12)))).toEqual([0, 0, 0.1, 0.2, 0.45, 0.7, 0.85, 1, 1]);
  });

  it("has the quantiles that belong to these shares", () => {
    for (const [p, x] of [
      [0, -1],
      [0.1, -0.5],
      [0.45, 1],
      [0.85, 3],
      [1, 4],
    ] as const)
      expect(summaryQuantile(distribution, p)).toBeCloseTo(x, 12);
  });

  it("puts each value into one bin", () => {
    expect(summaryShares(distribution, -1, 4, 5).map((share) => Number(share.toFixed(12)))).toEqual([
      0.2, 0.25, 0.25, 0.15, 0.15,
    ]);
  });

  it("is a step for a constant, and null without values", () => {
    const constant = summaryDistribution({ n: 3, min: 1, max: 1, counts: [0, 3, 0] }, [1, 1.0000001])!;
    expect([0.9, 1, 1.1].map((x) => summaryShareBelow(constant, x))).toEqual([0, 0, 1]);
    expect(summaryShares(constant, 0.5, 1.5, 2)).toEqual([0, 1]);
    expect(summaryDistribution({ n: 0, min: 0, max: 0, counts: [0, 0, 0] }, [0, 2])).toBeNull();
  });

  it("does not begin before the smallest value, nor end after the largest", () => {
    const above = summaryDistribution({ n: 4, min: 7, max: 9, counts: [0, 0, 4] }, [0, 2])!;
    expect([2, 7, 8, 9].map((x) => summaryShareBelow(above, x))).toEqual([0, 0, 0.5, 1]);
  });

  it("refuses counts of another grid, and NaN", () => {
    expect(() => summaryDistribution(summary, [0, 1, 2])).toThrow("expected 4 counts, got 3");
    expect(() => summaryQuantile(distribution, Number.NaN)).toThrow("expected a share from 0 to 1, got NaN");
    expect(() => summaryShares(distribution, Number.NaN, 1, 2)).toThrow("expected a range");
  });
});

it("agrees with the values themselves to within one bin of the grid", () => {
  const rng = Rng.fromSeed(1);
  const values = Float32Array.from({ length: 5000 }, () => rng.normal() ** 3);
  const { x } = baselineReference({ x: values });
  const { x: counted } = new Summarizer({ x: x!.edges }).summarize({ x: values });
  const distribution = summaryDistribution(counted!, x!.edges)!;
  const sorted = [...values].sort((a, b) => a - b);
  for (const p of [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) {
    const own = summaryQuantile(distribution, p);
    expect(Math.abs(sorted.filter((value) => value < own).length / sorted.length - p)).toBeLessThan(1 / 256);
  }
});
