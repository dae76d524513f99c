// Effective sample sizes against NumPy (test/fixtures/scripts/time_series.py) and theory; the stationary bootstrap against
// what it is defined by.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/random.ts";
import { autocorrelationTime, effectiveSampleSize } from "../../src/stats/effective-sample-size.ts";
import { ksDistance, ksPValue } from "../../src/stats/ks.ts";
import { stationaryBootstrap } from "../../src/stats/stationary-bootstrap.ts";

const fixture: { name: string; values: number[]; tau: number }[] = JSON.parse(
  readFileSync(new URL("../fixtures/time-series.json", import.meta.url), "utf8"),
);

/** x_i = phi x_(i-1) + noise. */
function autoregressive(phi: number, n: number, rng: Rng): number[] {
  const values: number[] = [];
  for (let i = 0; i < n; i++) values.push(phi * (values.at(-1) ?? 0) + rng.normal());
  return values;
}

describe("effective sample size", () => {
  it.each(fixture)("$name: NumPy's autocorrelation time", ({ values, tau }) => {
    expect(autocorrelationTime(values)).toBeCloseTo(tau, 8);
    expect(effectiveSampleSize(values)).toBeCloseTo(values.length / tau, 6);
  });

  it("is n (1 - phi) / (1 + phi) for a long autoregressive series", () => {
    const rng = Rng.fromSeed(1);
    const sizes = Array.from({ length: 20 }, () => effectiveSampleSize(autoregressive(0.8, 5000, rng)));
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(Math.abs(mean / ((5000 * 0.2) / 1.8) - 1)).toBeLessThan(0.15);
  });

  it("makes a KS test of dependent samples keep its level", () => {
    const rng = Rng.fromSeed(2);
    const counts = (values: readonly number[]): number[] => {
      const bins = new Array<number>(61).fill(0);
      for (const value of values) bins[Math.max(0, Math.min(60, Math.floor(value * 5) + 30))]! += 1;
      return bins;
    };
    let [plain, corrected] = [0, 0];
    for (let trial = 0; trial < 300; trial++) {
      const [a, b] = [autoregressive(0.9, 1000, rng), autoregressive(0.9, 1000, rng)];
      const distance = ksDistance(counts(a), counts(b));
      if (ksPValue(distance, 1000, 1000) <= 0.05) plain++;
      if (ksPValue(distance, effectiveSampleSize(a), effectiveSampleSize(b)) <= 0.05) corrected++;
    }
    expect(plain / 300).toBeGreaterThan(0.5);
    expect(corrected / 300).toBeLessThan(0.08);
  });

  it("of equal values is their number, and of none refused", () => {
    expect(effectiveSampleSize([2, 2, 2])).toBe(3);
    expect(effectiveSampleSize([2])).toBe(1);
    expect(() => effectiveSampleSize([])).toThrow(/at least one/);
  });
});

describe("stationaryBootstrap", () => {
  it("draws stretches of the given mean length, every row alike, wrapping at the end", () => {
    const rows = stationaryBootstrap(50, 8, Rng.fromSeed(3), 100_000);
    let breaks = 1;
    for (let i = 1; i < rows.length; i++) if (rows[i] !== (rows[i - 1]! + 1) % 50) breaks++;
    // One start in 50 goes on where the stretch before would have.
    expect(rows.length / breaks / (8 * (50 / 49))).toBeCloseTo(1, 1);
    const drawn = new Array<number>(50).fill(0);
    for (const row of rows) drawn[row]! += 1;
    expect(Math.min(...drawn)).toBeGreaterThan(1500);
    expect(Math.max(...drawn)).toBeLessThan(2500);
  });

  it("keeps the spread of the mean of a dependent series, which independent draws understate", () => {
    const rng = Rng.fromSeed(4);
    const series = autoregressive(0.9, 4000, rng);
    const spread = (meanLength: number): number => {
      const means = Array.from({ length: 200 }, () => {
        let sum = 0;
        for (const row of stationaryBootstrap(4000, meanLength, rng)) sum += series[row]!;
        return sum / 4000;
      });
      const mean = means.reduce((total, value) => total + value, 0) / 200;
      return Math.sqrt(means.reduce((total, value) => total + (value - mean) ** 2, 0) / 200);
    };
    // A unit of noise over (1 - phi) sqrt(n).
    const theory = 1 / (0.1 * Math.sqrt(4000));
    expect(spread(150) / theory).toBeGreaterThan(0.75);
    expect(spread(150) / theory).toBeLessThan(1.25);
    expect(spread(1) / theory).toBeLessThan(0.4);
  });

  it("gives equal rows for equal seeds, and refuses no rows and no length", () => {
    expect(stationaryBootstrap(9, 3, Rng.fromSeed(5))).toEqual(stationaryBootstrap(9, 3, Rng.fromSeed(5)));
    expect(() => stationaryBootstrap(0, 3, Rng.fromSeed(5))).toThrow(RangeError);
    expect(() => stationaryBootstrap(5, Number.NaN, Rng.fromSeed(5))).toThrow(RangeError);
  });
});
