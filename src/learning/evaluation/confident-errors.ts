// The errors that a network is most confident about: often wrong labels, a sensor worn differently, or a movement that no one
// in the training data made. Consecutive windows in a recording with the same error form one stretch. W windows, K classes.

import { argmaxRows } from "../../stats/argmax-rows.ts";
import type { TimedWindows } from "./timed-windows.ts";

/** A stretch of consecutive windows with the same true class and the same predicted class. */
export interface ConfidentError {
  readonly user: string;
  readonly recording: string;
  /** Start of the first window, in seconds on the recording's clock. */
  readonly start: number;
  readonly end: number;
  readonly truth: string;
  readonly predicted: string;
  /** Highest probability of the predicted class in the stretch. */
  readonly confidence: number;
  readonly windows: number;
}

/**
 * Returns all stretches of errors, most confident first.
 * @param probabilities [W, K] out of fold
 */
export function confidentErrors(windows: TimedWindows, probabilities: Float32Array): ConfidentError[] {
  const { labels, classes, groups, users, recordingIndex, recordings, startTimes } = windows;
  const predicted = argmaxRows(probabilities, classes.length);
  const seconds = windows.windowSize / windows.samplingRateHz;
  const order = Int32Array.from(labels.keys()).sort(
    (a, b) => recordingIndex[a]! - recordingIndex[b]! || startTimes[a]! - startTimes[b]!,
  );
  const stretches: { rows: number[] }[] = [];
  let last: number | null = null;
  for (const row of order) {
    const before = last;
    last = row;
    if (predicted[row] === labels[row]) continue;
    const goesOn =
      before !== null &&
      recordingIndex[before] === recordingIndex[row] &&
      labels[before] === labels[row] &&
      predicted[before] === predicted[row] &&
      startTimes[row]! <= startTimes[before]! + seconds;
    if (goesOn) stretches.at(-1)!.rows.push(row);
    else stretches.push({ rows: [row] });
  }
  return stretches
    .map(({ rows }): ConfidentError => {
      const first = rows[0]!;
      return {
        user: users[groups[first]!]!,
        recording: recordings[recordingIndex[first]!]!,
        start: startTimes[first]!,
        end: startTimes[rows.at(-1)!]! + seconds,
        truth: classes[labels[first]!]!,
        predicted: classes[predicted[first]!]!,
        confidence: rows.reduce(
          (most, row) => Math.max(most, probabilities[row * classes.length + predicted[row]!]!),
          0,
        ),
        windows: rows.length,
      };
    })
    .sort((a, b) => b.confidence - a.confidence || b.windows - a.windows);
}
