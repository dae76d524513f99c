// Compares two functions of the promotion gate with SciPy (test/fixtures/scripts/distributions.py).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectedLargest } from "../../src/stats/expected-largest.ts";
import { studentTBound } from "../../src/stats/student-t.ts";

const fixture: {
  studentT: { coverage: number; freedom: number; bound: number }[];
  expectedLargest: { n: number; largest: number }[];
} = JSON.parse(readFileSync(new URL("../fixtures/distributions.json", import.meta.url), "utf8"));

describe("the bound of Student's t", () => {
  it.each(fixture.studentT)("is SciPy's at $coverage with $freedom degrees", ({ coverage, freedom, bound }) => {
    expect(Math.abs(studentTBound(coverage, freedom) / bound - 1)).toBeLessThan(1e-10);
  });

  it.each([
    [0, 4],
    [1, 4],
    [Number.NaN, 4],
    [0.9, 0],
    [0.9, 2.5],
    [0.9, Number.NaN],
  ])("refuses a coverage of %d with %d degrees", (coverage, freedom) => {
    expect(() => studentTBound(coverage, freedom)).toThrow(RangeError);
  });
});

describe("the expected largest of normal numbers", () => {
  it.each(fixture.expectedLargest)("is SciPy's of $n", ({ n, largest }) => {
    expect(Math.abs(expectedLargest(n) - largest)).toBeLessThan(3e-7);
  });

  it("is exactly 0 for one number", () => {
    expect(expectedLargest(1)).toBe(0);
  });

  it.each([0, 1.5, Number.NaN, -1])("refuses %d numbers", (n) => {
    expect(() => expectedLargest(n)).toThrow(RangeError);
  });
});
