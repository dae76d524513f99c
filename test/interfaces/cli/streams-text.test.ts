import { expect, it } from "vitest";
import { sparkline } from "../../../src/interfaces/cli/sparkline.ts";

it("draws evidence on a scale that ends at the alarm level", () => {
  const shares = [0, 0.14, 0.15, 0.5, 0.99, 1, 40, null];
  expect(sparkline(shares, true)).toBe("▁▁▂▄▇██·");
  expect(sparkline(shares, false)).toBe("01159!!x");
});
