import { expect, it } from "vitest";
import { confidentErrors } from "../../../src/learning/evaluation/confident-errors.ts";

// Windows of 2 s that start every second, in two recordings: ann's (rows 0 to 4, out of order in time), and bo's.
const windows = {
  labels: Int32Array.of(0, 0, 0, 0, 1, 1, 0),
  classes: ["sit", "walk"],
  groups: Int32Array.of(0, 0, 0, 0, 0, 1, 1),
  users: ["ann", "bo"],
  recordingIndex: Int32Array.of(0, 0, 0, 0, 0, 1, 1),
  recordings: ["morning", "evening"],
  startTimes: Float64Array.of(11, 10, 12, 20, 21, 0, 1),
  windowSize: 40,
  samplingRateHz: 20,
};
const walk = [0.7, 0.9, 0.4, 0.8, 0.05, 0.8, 0.2];
const probabilities = Float32Array.from(walk.flatMap((p) => [1 - p, p]));

it("joins consecutive windows with the same error, and puts the most confident first", () => {
  const own = { user: "ann", recording: "morning" };
  expect(confidentErrors(windows, probabilities)).toEqual([
    // The true class changes before this window, so this error is a separate stretch.
    { ...own, start: 21, end: 23, truth: "walk", predicted: "sit", confidence: expect.closeTo(0.95, 6), windows: 1 },
    // This stretch consists of rows 1 and 0, in time order. Row 2 is right, and row 3 begins after a pause.
    { ...own, start: 10, end: 13, truth: "sit", predicted: "walk", confidence: expect.closeTo(0.9, 6), windows: 2 },
    { ...own, start: 20, end: 22, truth: "sit", predicted: "walk", confidence: expect.closeTo(0.8, 6), windows: 1 },
  ]);
});

it("keeps stretches apart that a pause separates", () => {
  const apart = { ...windows, startTimes: windows.startTimes.with(0, 12.5).with(2, 30) };
  expect(confidentErrors(apart, probabilities).map(({ start, windows }) => [start, windows])).toEqual([
    [21, 1],
    [10, 1],
    [20, 1],
    [12.5, 1],
  ]);
});
