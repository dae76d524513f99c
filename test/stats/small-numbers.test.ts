// Tests results that can be computed by hand, at the limits of the input that is accepted.
import { describe, expect, it } from "vitest";
import { argmaxRows } from "../../src/stats/argmax-rows.ts";
import { autocorrelationTime } from "../../src/stats/autocorrelation-time.ts";
import { firstNotBelow } from "../../src/stats/first-not-below.ts";
import { kolmogorovSurvival, ksDistance, ksPValue } from "../../src/stats/ks.ts";
import { millionths } from "../../src/stats/millionths.ts";
import { MomentsMerger, mergeMoments, moments } from "../../src/stats/moments.ts";
import { psi, psiGroupStarts } from "../../src/stats/psi.ts";
import { quantiles } from "../../src/stats/quantile.ts";
import { totalVariationDistance } from "../../src/stats/share-distance.ts";
import { wassersteinDistance } from "../../src/stats/wasserstein.ts";

describe("the class of highest probability", () => {
  it("is the first of equals, row by row", () => {
    expect([...argmaxRows(Float32Array.of(0.2, 0.4, 0.4, 0.5, 0.5, 0, 0.1, 0.2, 0.7), 3)]).toEqual([1, 0, 2]);
    expect([...argmaxRows(Float32Array.of(0.3, 0.9), 1)]).toEqual([0, 0]);
    expect([...argmaxRows(new Float32Array(0), 4)]).toEqual([]);
  });

  it.each([0, -1, Number.NaN, 2])("is refused of rows of %d among three numbers", (nClasses) => {
    expect(() => argmaxRows(new Float32Array(3), nClasses)).toThrow(RangeError);
  });
});

describe("the autocorrelation time", () => {
  it("is 1 for a series that alternates", () => {
    expect(autocorrelationTime([1, -1, 1, -1, 1, -1])).toBe(1);
  });

  it("sums to the end of a series that is shorter than the window", () => {
    // The deviations are -1, 0, 1 and the covariances 2/3, 0, -1/3; 1 + 2 (0 - 1/2) = 0, which counts as independent.
    expect(autocorrelationTime([0, 1, 2])).toBe(1);
    // Deviations -1, -1, 1, 1: 1 + 2 (1/4 - 2/4 - 1/4) = 0.
    expect(autocorrelationTime([0, 0, 2, 2])).toBe(1);
  });

  it("sums at least five lags, however much the first ones differ", () => {
    // A wave with a period of five values around two levels: the first three lags sum to less than 0, and the fifth lag
    // compensates for them.
    const values = Array.from({ length: 60 }, (_, i) => [2, 0, -1, -1, 0][i % 5]! + (i < 30 ? 0 : 0.8));
    const deviations = values.map((value) => value - 0.4);
    const products = (lag: number): number =>
      deviations.slice(lag).reduce((sum, value, i) => sum + value * deviations[i]!, 0);
    const upTo = (last: number): number =>
      1 + Array.from({ length: last }, (_, i) => (2 * products(i + 1)) / products(0)).reduce((a, b) => a + b, 0);
    expect(upTo(3)).toBeLessThan(0);
    expect(upTo(5)).toBeGreaterThan(1);
    expect(autocorrelationTime(values)).toBeCloseTo(upTo(7), 12);
  });
});

it("the first number that is not below a limit is found among equals, and there is none above all", () => {
  const sorted = [1, 2, 2, 2, 5];
  expect([0, 1, 2, 3, 5, 6].map((limit) => firstNotBelow(sorted, limit))).toEqual([0, 0, 1, 4, 4, 5]);
  expect(firstNotBelow([], 1)).toBe(0);
});

describe("the KS distance", () => {
  it("is the largest difference of cumulative shares", () => {
    expect(ksDistance([1, 2, 1], [2, 1, 1])).toBe(0.25);
    expect(ksDistance([1, 0, 3], [0, 2, 2])).toBe(0.25);
  });

  it("is significant the more values it is of", () => {
    // The Kolmogorov limiting distribution at (sqrt(50) + .12 + .11 / sqrt(50)) .2, from scipy.special.kolmogorov.
    expect(ksPValue(0.2, 100, 100)).toBeCloseTo(0.0313766522, 9);
    expect(ksPValue(0, 5, 5)).toBe(1);
    expect(ksPValue(1, 1000, 1000)).toBeLessThan(1e-100);
    for (const [distance, n, m] of [
      [-0.1, 5, 5],
      [1.1, 5, 5],
      [0.5, 0, 5],
      [0.5, 5, 0],
      [Number.NaN, 5, 5],
    ] as const) {
      expect(() => ksPValue(distance, n, m)).toThrow(RangeError);
    }
    for (const edge of [0, 1]) expect(() => ksPValue(edge, 0.5, 0.5)).not.toThrow();
  });

  it("has a survival function that is 1 at 0 and continuous where its series meet", () => {
    expect([-1, 0, 1e-3, 0.01].map(kolmogorovSurvival)).toEqual([1, 1, 1, 1]);
    expect(kolmogorovSurvival(1 - 1e-12)).toBeCloseTo(kolmogorovSurvival(1), 10);
  });
});

it("millionths are whole", () => {
  expect([0, 0.5, 1, 1 / 3].map(millionths)).toEqual([0, 500_000, 1_000_000, 333_333]);
});

describe("moments", () => {
  it("merge to the moments of all values, ignoring empty parts", () => {
    const parts = [[1, 2, 4], [], [10], [-3, 0.5]];
    const described = parts.map((own) =>
      own.length === 0 ? { n: 0, mean: 7, std: 7 } : { n: own.length, ...moments(own) },
    );
    const { mean, std } = moments(parts.flat());
    expect(mergeMoments(described)).toEqual({ n: 6, mean: expect.closeTo(mean, 12), std: expect.closeTo(std, 12) });
    expect(new MomentsMerger().merged()).toEqual({ n: 0, mean: 0, std: 0 });
    expect(mergeMoments([described[1]!])).toEqual({ n: 0, mean: 0, std: 0 });
  });

  it("are refused of none", () => {
    expect(() => moments([])).toThrow(/at least one/);
    expect(moments([3])).toEqual({ mean: 3, std: 0 });
  });
});

describe("PSI", () => {
  it("groups bins to about a tenth of the reference each", () => {
    expect(psiGroupStarts(Array(40).fill(1), 10)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
    // A bin is added to a group if this brings the group's share closer to its target: 3 of 10 is closer to a third than 5 of
    // 10.
    expect(psiGroupStarts([3, 2, 2, 3], 3)).toEqual([0, 1, 3]);
    expect(psiGroupStarts([1, 3, 3, 3], 3)).toEqual([0, 2, 3]);
    expect(psiGroupStarts([2, 2, 2], 2)).toEqual([0, 2]);
    expect(psiGroupStarts([0, 0, 1, 1], 2)).toEqual([0, 3]);
    expect(psiGroupStarts([1, 0, 0, 1], 2)).toEqual([0, 1]);
    expect(psiGroupStarts([1, 1], 5)).toEqual([0, 1]);
    expect(psiGroupStarts([1], 5)).toEqual([0]);
  });

  it("adds half a count to each of two groups", () => {
    const share = (count: number, total: number): number => (count + 0.5) / (total + 1);
    const term = (p: number, q: number): number => (q - p) * Math.log(q / p);
    const expected = term(share(3, 6), share(7, 8)) + term(share(3, 6), share(1, 8));
    expect(psi([3, 3], [7, 1], 2)).toBeCloseTo(expected, 12);
    // By default, there are ten groups, each with four of the forty equal bins.
    const moved = Array.from({ length: 40 }, (_, i) => (i < 4 ? 2 : 1));
    expect(psi(Array(40).fill(1), moved)).toBeCloseTo(term(4.5 / 45, 8.5 / 49) + 9 * term(4.5 / 45, 4.5 / 49), 12);
  });
});

describe("quantiles", () => {
  it("lie between the two nearest, and are refused outside 0..1 and of none", () => {
    expect(quantiles([1, 2, 4], [0, 0.25, 0.5, 0.75, 1])).toEqual([1, 1.5, 2, 3, 4]);
    expect(quantiles([5], [0, 0.3, 1])).toEqual([5, 5, 5]);
    // Interpolation starts from the nearer end, so that rounding never gives a value outside the two neighbours.
    expect(quantiles([0.1, 0.3], [0.5])[0]).toBe(0.3 - (0.3 - 0.1) * 0.5);
    expect(quantiles([0.1, 0.7], [0.3, 0.7])).toEqual([0.1 + (0.7 - 0.1) * 0.3, 0.7 - (0.7 - 0.1) * (1 - 0.7)]);
    for (const p of [-0.01, 1.01, Number.NaN]) expect(() => quantiles([1, 2], [p])).toThrow(RangeError);
    expect(() => quantiles([], [0.5])).toThrow(/at least one/);
  });
});

it("total variation is the share that would have to move", () => {
  expect(totalVariationDistance([6, 2, 2], [2, 6, 2])).toBeCloseTo(0.4, 12);
  expect(totalVariationDistance([1, 1], [3, 1])).toBeCloseTo(0.25, 12);
});

describe("the Wasserstein distance", () => {
  const at = (counts: number[], excessBelow = 0, excessAbove = 0) => ({ counts, excessBelow, excessAbove });

  it("adds what lies below the first edge and above the last by mean excess", () => {
    const edges = [0, 2];
    expect(wassersteinDistance(at([2, 0, 0], 6), at([2, 0, 0], 2), edges)).toBeCloseTo(2, 12);
    expect(wassersteinDistance(at([0, 0, 4], 0, 4), at([0, 0, 2], 0, 8), edges)).toBeCloseTo(3, 12);
    // All mass moves from the first edge to the last.
    expect(wassersteinDistance(at([3, 0, 0]), at([0, 0, 5]), edges)).toBeCloseTo(2, 12);
  });

  it("is refused of other bins than the edges', and of none", () => {
    for (const [a, b] of [
      [
        [1, 1],
        [1, 1, 1],
      ],
      [
        [1, 1, 1],
        [1, 1],
      ],
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
    ] as const) {
      expect(() => wassersteinDistance(at([...a]), at([...b]), [0, 2])).toThrow(RangeError);
    }
  });
});
