import { expect, test } from "vitest";
import { runLengthText } from "../../../src/interfaces/cli/run-length-text.ts";

test("the promise of the alarm level is printed with its basis", () => {
  const days = [
    { day: { bout_seconds: [15, 300] as const }, batches: 2752, alarms: 1 },
    { day: "recorded" as const, batches: 2561, alarms: 4 },
  ];
  const measured = { asked: 500, at_least: 310, confidence: 0.95, people: 28, seconds: 60, days };
  expect(runLengthText(measured)).toEqual([
    "promise    at least 310 batches between false alarms (95 % confidence; requested: 500), measured on 28 people, " +
      "each left out of the calibration, in batches of 1 min: 1 alarm in 2,752 batches with bouts of 15 s to 5 min, 4 alarms in 2,561 batches in recorded order",
  ]);
});

test("nothing is printed for a calibration without enough people", () => {
  expect(runLengthText(null)).toEqual([]);
});
