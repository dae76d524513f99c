import { expect, test } from "vitest";
import { fixedDecimals } from "../src/fixed-decimals.ts";

test.each([
  [0.94321, 3, "0.943"],
  [-0.94321, 3, "-0.943"],
  [-0.0004, 3, "0.000"],
  [-0.0005, 3, "-0.001"],
  [-0.4, 0, "0"],
  [-0, 1, "0.0"],
])("%d with %i decimals is %s", (value, digits, text) => {
  expect(fixedDecimals(value, digits)).toBe(text);
});
