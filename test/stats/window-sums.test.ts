import { expect, it } from "vitest";
import { Rng } from "../../src/random.ts";
import { adjacentWindowSums, windowSums } from "../../src/stats/window-sums.ts";

const noise = (length: number): Float64Array => {
  const rng = Rng.fromSeed(1);
  return Float64Array.from({ length }, () => rng.normal());
};

it.each([1, 2, 3, 7, 8, 13, 50])("sums %i consecutive values", (width) => {
  const values = noise(50);
  const sums = windowSums(values, width);
  expect(sums).toHaveLength(51 - width);
  for (const [i, sum] of sums.entries()) {
    expect(sum).toBeCloseTo(
      values.subarray(i, i + width).reduce((a, b) => a + b, 0),
      10,
    );
  }
});

it("gives a part exactly the sums of the whole", () => {
  const values = noise(300);
  const whole = windowSums(values, 13);
  expect(windowSums(values.subarray(101, 200), 13)).toEqual(whole.subarray(101, 188));
});

it("has no sums of a series that is too short", () => {
  expect(windowSums(noise(4), 5)).toHaveLength(0);
  expect(windowSums(noise(0), 1)).toHaveLength(0);
});

it.each([1, 2, 7, 13, 26])("gives the same sums of adjacent windows of %i values, to the last bit", (width) => {
  const values = noise(100);
  const all = windowSums(values, width);
  for (const first of [0, 5]) {
    const expected = all.filter((_, i) => i >= first && (i - first) % width === 0);
    expect(adjacentWindowSums(values, width, first)).toEqual(expected);
  }
});
