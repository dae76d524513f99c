import { expect, it } from "vitest";
import { meanOf } from "../../src/stats/mean.ts";

it("adds the numbers in order and divides by their count", () => {
  expect(meanOf([1, 2, 6])).toBe(3);
  expect(meanOf(Float32Array.of(0.5, 0.25))).toBe(0.375);
  const values = [0.1, 0.2, 0.3, 0.4, 1e16, -1e16];
  expect(meanOf(values)).toBe(values.reduce((sum, value) => sum + value, 0) / 6);
});

it("is not a number without numbers", () => {
  expect(meanOf([])).toBeNaN();
});
