import { expect, it } from "vitest";
import { float32Text } from "../src/float32-text.ts";

it.each([
  [19.6, "19.6"],
  [-9.80665, "-9.80665"],
  [32767, "32767"],
  [0, "0"],
])("writes %d as it was before it was stored as float32", (value, text) => {
  expect(float32Text(Math.fround(value))).toBe(text);
});
