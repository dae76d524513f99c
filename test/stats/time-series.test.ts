// Compares autocorrelation times with NumPy's (test/fixtures/scripts/time_series.py) and with theory.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/random.ts";
import { autocorrelationTime } from "../../src/stats/autocorrelation-time.ts";
import { ksDistance, ksPValue } from "../../src/stats/ks.ts";

const fixture: { name: string; values: number[]; tau: number }[] = JSON.parse(
  readFileSync(new URL("../fixtures/time-series.json", import.meta.url), "utf8"),
);

/** Returns an autoregressive series of `n` values: x_i = phi x_(i-1) + noise. */
function autoregressive(phi: number, n: number, rng: Rng): number[] {
  const values: number[] = [];
  for (let i = 0; i < n; i++) values.push(phi * (values.at(-1) ?? 0) + rng.normal());
  return values;
}

describe("the autocorrelation time", () => {
  it.each(fixture)("agrees with NumPy for $name", ({ values, tau }) => {
    expect(autocorrelationTime(values)).toBeCloseTo(tau, 8);
  });

  it("is (1 + phi) / (1 - phi) for a long autoregressive series", () => {
    const rng = Rng.fromSeed(1);
    const times = Array.from({ length: 20 }, () => autocorrelationTime(autoregressive(0.8, 5000, rng)));
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    expect(Math.abs(mean / (1.8 / 0.2) - 1)).toBeLessThan(0.15);
  });

  it("makes a KS test of dependent samples keep its level", () => {
    const rng = Rng.fromSeed(2);
    const counts = (values: readonly number[]): number[] => {
      const bins = new Array<number>(61).fill(0);
      for (const value of values) bins[Math.max(0, Math.min(60, Math.floor(value * 5) + 30))]! += 1;
      return bins;
    };
    const worth = (values: readonly number[]): number => values.length / autocorrelationTime(values);
    let [plain, corrected] = [0, 0];
    for (let trial = 0; trial < 300; trial++) {
      const [a, b] = [autoregressive(0.9, 1000, rng), autoregressive(0.9, 1000, rng)];
      const distance = ksDistance(counts(a), counts(b));
      if (ksPValue(distance, 1000, 1000) <= 0.05) plain++;
      if (ksPValue(distance, worth(a), worth(b)) <= 0.05) corrected++;
    }
    expect(plain / 300).toBeGreaterThan(0.5);
    expect(corrected / 300).toBeLessThan(0.08);
  });

  it("is the same in any unit", () => {
    for (const { values, tau } of fixture) {
      expect(autocorrelationTime(values.map((value) => 1e-6 * value))).toBeCloseTo(tau, 8);
    }
  });

  it("is 1 for equal values, and an empty series is refused", () => {
    expect(autocorrelationTime([2, 2, 2])).toBe(1);
    expect(autocorrelationTime([2])).toBe(1);
    expect(() => autocorrelationTime([])).toThrow(/at least one/);
  });
});
