import { expect, it } from "vitest";
import { percent } from "../src/percent.ts";

it("writes a share with three significant digits, or so many decimals", () => {
  expect([0.01234, 0.9, 1, 0.98765].map((share) => percent(share))).toEqual(["1.23 %", "90 %", "100 %", "98.8 %"]);
  expect(percent(0.9345, { significant: 2 })).toBe("93 %");
  expect(percent(0.0123, { decimals: 1 })).toBe("1.2 %");
  expect([null, undefined, Number.NaN].map((share) => percent(share))).toEqual(["–", "–", "–"]);
});
