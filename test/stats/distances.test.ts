// Compares distances between two sets of counts, and the KS test, with SciPy (test/fixtures/scripts/distances.py).
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kolmogorovSurvival, ksDistance, ksPValue } from "../../src/stats/ks.ts";
import { psi, psiGroupStarts } from "../../src/stats/psi.ts";
import { jensenShannonDistance, totalVariationDistance } from "../../src/stats/share-distance.ts";
import { wassersteinDistance } from "../../src/stats/wasserstein.ts";

const fixture: {
  shares: { a: number[]; b: number[]; totalVariation: number; jensenShannon: number }[];
  psi: { reference: number[]; current: number[]; psi: number }[];
  kolmogorov: { x: number; p: number }[];
  ks: { distance: number; n: number; m: number; p: number }[];
} = JSON.parse(readFileSync(new URL("../fixtures/distances.json", import.meta.url), "utf8"));

it.each(fixture.shares)("distances of shares agree with SciPy, $#", ({ a, b, ...expected }) => {
  expect(totalVariationDistance(a, b)).toBeCloseTo(expected.totalVariation, 12);
  expect(jensenShannonDistance(a, b)).toBeCloseTo(expected.jensenShannon, 12);
});

it.each(fixture.psi)(
  "PSI agrees with the definition for equal reference counts, $#",
  ({ reference, current, psi: expected }) => {
    expect(psi(reference, current)).toBeCloseTo(expected, 10);
  },
);

it.each(fixture.kolmogorov)("Kolmogorov's distribution agrees with SciPy at $x", ({ x, p }) => {
  expect(Math.abs(kolmogorovSurvival(x) - p)).toBeLessThan(1e-12);
});

it.each(fixture.ks)(
  "the KS p-value at $distance of $n and $m is within 3 % of the exact one",
  ({ distance, n, m, p }) => {
    expect(Math.abs(ksPValue(distance, n, m) / p - 1)).toBeLessThan(0.03);
  },
);

describe("counts", () => {
  const counts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 6, maxLength: 6 });

  it("are 0 apart from themselves and from any multiple of themselves", () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9 }), (a, factor) => {
        fc.pre(a.some((count) => count > 0));
        const b = a.map((count) => count * factor);
        for (const distance of [ksDistance, totalVariationDistance, jensenShannonDistance]) {
          expect(distance(a, b)).toBeLessThan(1e-7);
        }
      }),
    );
  });

  it("without overlap are 1 apart", () => {
    for (const distance of [ksDistance, totalVariationDistance, jensenShannonDistance]) {
      expect(distance([3, 4, 0, 0], [0, 0, 1, 0])).toBeCloseTo(1, 12);
    }
  });

  it("are in 0..1 to the last digit, and exactly 1 apart without overlap, however many there are of each", () => {
    const many = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(many, many, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (x, y, mine) => {
        const length = Math.min(x.length, y.length);
        const [a, b] = [x.slice(0, length), y.slice(0, length)];
        const apart = [a.map((n, i) => (mine[i] ? n : 0)), b.map((n, i) => (mine[i] ? 0 : n))] as const;
        for (const distance of [ksDistance, totalVariationDistance, jensenShannonDistance]) {
          if ([a, b].every((counts) => counts.some((n) => n > 0))) {
            expect(distance(a, b)).toBeGreaterThanOrEqual(0);
            expect(distance(a, b)).toBeLessThanOrEqual(1);
          }
          if (distance !== ksDistance && apart.every((counts) => counts.some((n) => n > 0))) {
            expect(distance(...apart)).toBe(1);
          }
        }
      }),
    );
  });

  it("of different length or without a value are refused", () => {
    for (const distance of [ksDistance, totalVariationDistance, jensenShannonDistance]) {
      expect(() => distance([1, 2], [1, 2, 3])).toThrow(RangeError);
      expect(() => distance([1, 2], [0, 0])).toThrow(RangeError);
      expect(() => distance([1, 2], [Number.NaN, 1])).toThrow(RangeError);
    }
    expect(() => psi([0, 0], [1, 1])).toThrow(RangeError);
  });
});

describe("psi", () => {
  it("joins bins to groups of about equal mass, and keeps a frequent value apart", () => {
    expect(psiGroupStarts([1, 1, 1, 1, 1, 1, 1, 1], 4)).toEqual([0, 2, 4, 6]);
    expect(psiGroupStarts([0, 100, 0], 10)).toEqual([0, 2]);
    const [thirds, halves] = [psiGroupStarts([5, 0, 0, 5, 5], 3), psiGroupStarts([1, 1, 1], 2)];
    expect(thirds).toHaveLength(3);
    expect(halves).toHaveLength(2);
  });
});

describe("wasserstein", () => {
  const edges = [0, 1, 3];

  it("is the distance by which a histogram was moved", () => {
    const at = (counts: number[]) => ({ counts, excessBelow: 0, excessAbove: 0 });
    expect(wassersteinDistance(at([0, 4, 0, 0]), at([0, 4, 0, 0]), edges)).toBe(0);
    expect(wassersteinDistance(at([0, 4, 0, 0]), at([0, 0, 2, 0]), edges)).toBeCloseTo(1.5, 12);
  });

  it("counts values far outside by their excess", () => {
    const reference = { counts: [0, 4, 0, 0], excessBelow: 0, excessAbove: 0 };
    const far = { counts: [0, 0, 0, 2], excessBelow: 0, excessAbove: 2 * 97 };
    expect(wassersteinDistance(reference, far, edges)).toBeCloseTo(99.5, 12);
  });

  it("is half as much where two lines cross", () => {
    const a = { counts: [4, 0, 4], excessBelow: 0, excessAbove: 0 };
    const b = { counts: [0, 8, 0], excessBelow: 0, excessAbove: 0 };
    expect(wassersteinDistance(a, b, [0, 1])).toBeCloseTo(0.25, 12);
  });
});
