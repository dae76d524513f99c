import { expect, test } from "vitest";
import { raisedLimitsText } from "../../../src/interfaces/cli/raised-limits-text.ts";

test("a limit that the training data exceeds is printed with the reason", () => {
  expect(raisedLimitsText({ at_rest: 1.4, turning: 1 })).toEqual([
    "sensors    changes of what the sensors measure at rest count only above 1.8 times the usual limit, because they reach " +
      "1.4 times that limit within one person's training data",
  ]);
  expect(raisedLimitsText({ at_rest: 0, turning: 2 })).toEqual([
    expect.stringContaining("changes of how far gravity turns count only above 2.5 times"),
  ]);
});

test("nothing is printed for usual limits and for older calibrations", () => {
  expect(raisedLimitsText({ at_rest: 1, turning: 0.62 })).toEqual([]);
  expect(raisedLimitsText(null)).toEqual([]);
});
