import { describe, expect, it } from "vitest";
import { mannKendallTrend, theilSenTrend, trend } from "../../../src/monitoring/streams/trend.ts";
import { Rng } from "../../../src/random.ts";

// SciPy 1.17.1: kendalltau(range(n), y, method="exact").pvalue and theilslopes(y).slope
const fromScipy: [number[], number, number, number][] = [
  [[1, 2, 3, 4, 5], 10, 0.016666666666666666, 1],
  [[2, 1, 3, 4, 5], 8, 0.08333333333333333, 1],
  [[1, 2, 3, 5, 4, 6], 13, 0.016666666666666666, 1],
  [[2, 7, 1, 8, 3, 6, 5, 4], 2, 0.9048611111111111, 0.26785714285714285],
  [[3, 1, 2, 4, 6, 5, 8, 7, 10, 9], 35, 0.0009463183421516755, 1],
  [[9.5, 8.25, 8.5, 7, 6.5, 6.75, 4, 4.25, 1, 0.5, -3, -2], -58, 5.319397680508792e-6, -1.125],
];

it.each(fromScipy)("has SciPy's p-value and slope of %j", (values, s, pValue, slope) => {
  const kendall = mannKendallTrend(values);
  expect(kendall.s).toBe(s);
  expect(kendall.pValue / pValue).toBeCloseTo(1, 9);
  expect(theilSenTrend(values)).toBeCloseTo(slope, 12);
});

it("has the p-value that all orders of few values give when they are counted", () => {
  for (const n of [1, 2, 3, 4, 5, 6]) {
    const orders = permutations(Array.from({ length: n }, (_, i) => i)).map((order) => mannKendallTrend(order));
    for (const { s, pValue } of orders) {
      const asLarge = orders.filter((other) => Math.abs(other.s) >= Math.abs(s)).length;
      expect(pValue).toBeCloseTo(asLarge / orders.length, 12);
    }
  }
});

describe("trend", () => {
  it("names the direction of a steady drift, and calls everything else stable", () => {
    expect(trend([0, 0.1, 0.2, 0.3, 0.4], 1)).toBe("rising");
    expect(trend([3, 2.5, 2.4, 1, 0], 1)).toBe("falling");
    expect(trend([0, 0.2, 0.1, 0.3, 0.4], 1)).toBe("stable");
    expect(trend([0, 0.02, 0.04, 0.06, 0.08], 1)).toBe("stable");
    expect(trend([1, 1, 1, 1, 1], 0)).toBe("stable");
    expect(trend([0, 1, 2, 3], 1)).toBe("stable");
    expect([trend([], 1), trend([1], 1)]).toEqual(["stable", "stable"]);
  });

  it("turns with the sign, and keeps with the unit", () => {
    const values = [1, 2.5, 2.75, 4, 9];
    expect(
      trend(
        values.map((value) => -value),
        1,
      ),
    ).toBe("falling");
    expect(
      trend(
        values.map((value) => 1000 * value + 7),
        1000,
      ),
    ).toBe(trend(values, 1));
  });

  it("does not let one value decide, or NaN pass", () => {
    expect(trend([0, 0, 0, 0, 100], 1)).toBe("stable");
    expect(trend([0, 1, Number.NaN, 3, 4], 1)).toBe("stable");
    expect(trend([0, 1, 2, 3, 4], Number.NaN)).toBe("stable");
  });

  /**
   * Returns the share of 20,000 runs in which at least one of `channels` series of length `n` is not judged stable. The noise
   * has unit variance, and neighbouring values have the given correlation.
   */
  function calledWalking(n: number, { correlation = 0, step = 0, channels = 1 } = {}): number {
    const rng = Rng.fromSeed(n);
    const runs = 20_000;
    const series = (): number[] => {
      let noise = rng.normal();
      return Array.from({ length: n }, (_, i) => {
        const value = noise + step * i;
        noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * rng.normal();
        return value;
      });
    };
    let called = 0;
    for (let run = 0; run < runs; run++) {
      const trends = Array.from({ length: channels }, () => trend(series(), 1));
      if (trends.some((name) => name !== "stable")) called++;
    }
    return called / runs;
  }

  it("costs what its description says, on noise and on noise that resembles itself", () => {
    expect(calledWalking(4)).toBe(0);
    expect(calledWalking(5)).toBeCloseTo(2 / 120, 2.5);
    for (const n of [6, 8, 10, 20]) expect(calledWalking(n)).toBeLessThan(0.023);
    expect(calledWalking(5, { channels: 6 })).toBeCloseTo(0.096, 2);
    expect(calledWalking(5, { correlation: 0.5 })).toBeCloseTo(0.045, 2);
    expect(calledWalking(10, { correlation: 0.5 })).toBeCloseTo(0.093, 2);
    expect(calledWalking(5, { step: 1 })).toBeCloseTo(0.25, 1.5);
    expect(calledWalking(10, { step: 1 })).toBeGreaterThan(0.99);
  });
});

function permutations(items: number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
