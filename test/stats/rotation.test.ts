import { expect, it } from "vitest";
import { rotationAbout } from "../../src/stats/rotation.ts";

it("turns right-handed about an axis of any length", () => {
  const rows = rotationAbout([0, 0, 2], Math.PI / 2).flat();
  for (const [i, value] of [0, -1, 0, 1, 0, 0, 0, 0, 1].entries()) expect(rows[i]).toBeCloseTo(value, 15);
  const third = rotationAbout([1, 1, 1], (2 * Math.PI) / 3).flat();
  for (const [i, value] of [0, 0, 1, 1, 0, 0, 0, 1, 0].entries()) expect(third[i]).toBeCloseTo(value, 15);
});

it("refuses no axis and no angle", () => {
  expect(() => rotationAbout([0, 0, 0], 1)).toThrow("expected an axis");
  expect(() => rotationAbout([1, 0, 0], Number.NaN)).toThrow("NaN");
});
