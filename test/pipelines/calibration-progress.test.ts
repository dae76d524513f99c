import { expect, it } from "vitest";
import { type CalibrationEvent, calibrationProgress } from "../../src/pipelines/calibration-progress.ts";

it("reports each percent once, with the time left at the rate since the first percent", () => {
  const events: CalibrationEvent[] = [];
  let now = 5000;
  const tell = calibrationProgress({ event: (event) => events.push(event) }, () => now);
  for (const [done, at] of [
    [0.004, 5400],
    [0.25, 15_000],
    [0.2501, 15_100],
    [0.5, 35_000],
    [1, 55_000],
  ] as const) {
    now = at;
    tell(done);
  }
  expect(events).toEqual([
    { type: "calibration", done: 0, secondsLeft: null },
    { type: "calibration", done: 0.25, secondsLeft: null },
    { type: "calibration", done: 0.5, secondsLeft: 40 },
    { type: "calibration", done: 1, secondsLeft: 0 },
  ]);
});
