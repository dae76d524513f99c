import { expect, it } from "vitest";
import { answersAtMoments, type ChosenWindows } from "../../../src/learning/evaluation/answers-at-moments.ts";

const classes = ["sit", "walk"];

/** Windows at 1 Hz, given as [person, recording, start]. */
function windowsAt(windowSize: number, places: [string, string, number][], labels: number[] = []): ChosenWindows {
  const [users, recordings] = [[...new Set(places.map(([user]) => user))], [...new Set(places.map((own) => own[1]))]];
  return {
    windows: {
      classes,
      users,
      recordings,
      windowSize,
      samplingRateHz: 1,
      labels: Int32Array.from(places, (_, i) => labels[i] ?? 0),
      groups: Int32Array.from(places, ([user]) => users.indexOf(user)),
      recordingIndex: Int32Array.from(places, ([, recording]) => recordings.indexOf(recording)),
      startTimes: Float64Array.from(places, ([, , start]) => start),
    },
    rows: Int32Array.from(places.keys()),
  };
}

it("gives the prediction of the nearest window of the same recording at each moment", () => {
  const moments = windowsAt(2, [
    ...[0, 3, 4, 30].map((start): [string, string, number] => ["ann", "a", start]),
    ["bob", "a", 30],
  ]);
  const long = windowsAt(4, [
    ["bob", "a", 0],
    ["ann", "a", 6],
    ["ann", "a", 0],
  ]);
  // The centres of ann's long windows are at 2 and 8 seconds, and the moments are 1, 4, 5 and 31. Moment 5 is equally far from
  // both centres.
  const answers = answersAtMoments(moments, long, Float32Array.of(0.5, 0.5, 0.25, 0.75, 1, 0));
  expect([...answers]).toEqual([1, 0, 1, 0, 1, 0, 0.25, 0.75, 0.5, 0.5]);
});

it("counts recordings that are too short for a window as wrong", () => {
  const moments = windowsAt(
    2,
    [
      ["ann", "a", 0],
      ["ann", "b", 0],
    ],
    [0, 1],
  );
  expect([...answersAtMoments(moments, windowsAt(4, []), new Float32Array())]).toEqual([0, 1, 1, 0]);
});

it("gives windows at the same positions their own predictions", () => {
  const own = windowsAt(2, [
    ["ann", "a", 0],
    ["ann", "a", 1],
    ["bob", "a", 1],
  ]);
  const probabilities = Float32Array.of(0.1, 0.9, 0.2, 0.8, 0.3, 0.7);
  expect(answersAtMoments(own, own, probabilities)).toEqual(probabilities);
});
