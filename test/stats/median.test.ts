import { expect, it } from "vitest";
import { median } from "../../src/stats/median.ts";

// The expected numbers are from Python's statistics.median.
it.each([
  [[3], 3],
  [[9, -1, 4], 4],
  [[10, 2, 7, 1], 4.5],
  [[], Number.NaN],
])("gives, for %j, %d", (values, expected) => {
  const given = [...values];
  expect(median(given)).toBe(expected);
  expect(given).toEqual(values);
});
