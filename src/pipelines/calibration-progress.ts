// Reports how far a calibration is, and how long it will still take.

import type { Reporter } from "../reporter.ts";

/** Progress of the calibration, once per percent. */
export interface CalibrationEvent {
  type: "calibration";
  /** Share of the work that is done, 0 to 1. */
  done: number;
  /** Estimated time left for the calibration; null until there is an estimate. */
  secondsLeft: number | null;
}

/**
 * Reports the start of the calibration.
 * @param now milliseconds
 * @returns a function that receives the share of the work that is done, and reports each whole percent
 */
export function calibrationProgress(
  reporter: Pick<Reporter<CalibrationEvent>, "event">,
  now: () => number = () => performance.now(),
): (done: number) => void {
  const began = now();
  let percent = 0;
  reporter.event({ type: "calibration", done: 0, secondsLeft: null });
  return (done) => {
    if (Math.floor(done * 100) <= percent) return;
    percent = Math.floor(done * 100);
    const seconds = (now() - began) / 1000;
    reporter.event({ type: "calibration", done: percent / 100, secondsLeft: (seconds * (1 - done)) / done });
  };
}
