import { describe, expect, it } from "vitest";
import { poissonUpperLimit } from "../../src/stats/poisson-limit.ts";

describe("the upper limit of a Poisson mean", () => {
  // The limits (Garwood 1936) are half of the 95 % points of chi-square with 2, 4 and 12 degrees of freedom.
  it.each([
    [0, 2.995732],
    [1, 4.743865],
    [5, 10.513034],
  ])("after %d events is %d", (count, limit) => {
    expect(poissonUpperLimit(count, 0.95)).toBeCloseTo(limit, 5);
  });

  it("rises with the count, between whole counts too, and stays finite for large counts", () => {
    expect(poissonUpperLimit(0.5, 0.95)).toBeCloseTo((2.995732 + 4.743865) / 2, 5);
    expect(poissonUpperLimit(5000, 0.95)).toBeGreaterThan(5000 + 1.64 * Math.sqrt(5000));
    expect(poissonUpperLimit(5000, 0.95)).toBeLessThan(5000 + 1.75 * Math.sqrt(5000));
  });

  it("refuses what is no count or no confidence", () => {
    for (const [count, confidence] of [
      [-1, 0.9],
      [Number.NaN, 0.9],
      [1, 0],
      [1, 1],
    ] as const) {
      expect(() => poissonUpperLimit(count, confidence)).toThrow(RangeError);
    }
  });
});
