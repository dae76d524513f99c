import { expect, it } from "vitest";
import { dayLines } from "../../../src/interfaces/cli/day-text.ts";

it.each([
  [{ bout_seconds: [15, 300] as const }, "days       rehearsed with bouts of 15 s to 5 min on average"],
  [{ bout_seconds: [2.56, 80] as const }, "days       rehearsed with bouts of 2.6 s to 1 min 20 s on average"],
  [{ bout_seconds: [60, 60] as const }, "days       rehearsed with bouts of 1 min on average"],
  ["recorded" as const, "days       rehearsed in recorded order"],
])("says which days were rehearsed: %j", (day, line) => {
  expect(dayLines(day)).toEqual([line]);
});

it("says nothing if no days were rehearsed", () => {
  expect(dayLines(null)).toEqual([]);
});
