// Reports a calibration's progress and remaining time. Before the calibration begins, the time is a guess.

import type { Reporter } from "../reporter.ts";

/** Progress of the calibration; reported at every percent. */
export interface CalibrationEvent {
  type: "calibration";
  /** Completed share of the work, from 0 to 1. */
  done: number;
  /** Estimated seconds left for the calibration; null until there is an estimate. */
  secondsLeft: number | null;
}

/** CPU seconds, measured on people from MotionSense and WISDM and on simulated people. */
const measured = { once: 6, perPerson: 1.25, perWindow: 0.0023 } as const;
/** Time for writing the model folder. */
const writingSeconds = 2;

/**
 * Roughly how long a run takes once its fits are complete. Until the calibration has begun, this is a guess from the amount of
 * data; another machine may need half the time or twice as long.
 * @param jobs number of threads for the calibration
 */
export function expectedCalibrationSeconds(
  { starts, users }: { readonly starts: { readonly length: number }; readonly users: { readonly length: number } },
  jobs: number,
): number {
  const { once, perPerson, perWindow } = measured;
  return (once + perPerson * users.length + perWindow * starts.length) / jobs + writingSeconds;
}

/**
 * Reports the start of the calibration. The remaining time is extrapolated only after the first percent, because starting the
 * threads takes the same time no matter how much data there is.
 * @param now milliseconds
 * @returns a function that receives the completed share of the work and reports each whole percent
 */
export function calibrationProgress(
  reporter: Pick<Reporter<CalibrationEvent>, "event">,
  now: () => number = () => performance.now(),
): (done: number) => void {
  let first: { readonly at: number; readonly done: number } | undefined;
  let percent = 0;
  reporter.event({ type: "calibration", done: 0, secondsLeft: null });
  return (done) => {
    if (Math.floor(done * 100) <= percent) return;
    percent = Math.floor(done * 100);
    const at = now();
    const secondsLeft = first === undefined ? null : (((at - first.at) / 1000) * (1 - done)) / (done - first.done);
    first ??= { at, done };
    reporter.event({ type: "calibration", done: percent / 100, secondsLeft });
  };
}
