// Reports how far a calibration is, and how long it will still take; before it begins, the latter is a guess.

import type { Reporter } from "../reporter.ts";

/** Progress of the calibration, once per percent. */
export interface CalibrationEvent {
  type: "calibration";
  /** Share of the work that is done, 0 to 1. */
  done: number;
  /** Estimated time left for the calibration; null until there is an estimate. */
  secondsLeft: number | null;
}

/** CPU seconds, as measured on people of MotionSense and WISDM and on simulated ones. */
const measured = { once: 6, perPerson: 1.25, perWindow: 0.0023 } as const;
/** Writing the model folder. */
const writingSeconds = 2;

/**
 * Roughly how long a run goes on after its fits: until the calibration has begun, this is a guess from the amount of data, and
 * another machine may need half or twice as long.
 * @param jobs threads of the calibration
 */
export function expectedCalibrationSeconds(
  { starts, users }: { readonly starts: { readonly length: number }; readonly users: { readonly length: number } },
  jobs: number,
): number {
  const { once, perPerson, perWindow } = measured;
  return (once + perPerson * users.length + perWindow * starts.length) / jobs + writingSeconds;
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
