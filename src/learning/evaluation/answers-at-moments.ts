// Scores predictions for windows of one length at the centres of windows of another length, so that networks with different
// windows can be compared at the same moments for the same people. The answer at a moment is that of the nearest window,
// because a device repeats its last answer until the next one. A long window is therefore wrong in bouts that are too short for
// it.

import { firstNotBelow } from "../../stats/first-not-below.ts";
import type { TimedWindows } from "./timed-windows.ts";

/** Windows in a set; `rows` are their indices. */
export interface ChosenWindows {
  readonly windows: TimedWindows;
  readonly rows: Int32Array;
}

/**
 * Returns probabilities [M, K] for M moments, the centres of the windows in `moments`. At moments in a recording without
 * predicted windows, the answer is a wrong class.
 * @param predicted N windows with the same K classes
 * @param probabilities [N, K]
 */
export function answersAtMoments(
  moments: ChosenWindows,
  predicted: ChosenWindows,
  probabilities: Float32Array,
): Float32Array {
  const { labels, classes } = moments.windows;
  const K = classes.length;
  const answers = new Float32Array(moments.rows.length * K);
  const timelines = new Map<string, { readonly times: Float64Array; readonly order: readonly number[] }>();
  const byRecording = Map.groupBy(predicted.rows.keys(), (n) => recordingAtMoment(predicted, n));
  for (const [recording, own] of byRecording) {
    const order = own.sort((a, b) => centreAtMoment(predicted, a) - centreAtMoment(predicted, b));
    timelines.set(recording, { order, times: Float64Array.from(order, (n) => centreAtMoment(predicted, n)) });
  }
  for (const m of moments.rows.keys()) {
    const timeline = timelines.get(recordingAtMoment(moments, m));
    if (timeline === undefined) {
      answers[m * K + ((labels[moments.rows[m]!]! + 1) % K)] = 1;
      continue;
    }
    const { times, order } = timeline;
    const time = centreAtMoment(moments, m);
    const after = Math.min(firstNotBelow(times, time), times.length - 1);
    const before = Math.max(0, after - 1);
    const n = order[time - times[before]! <= Math.abs(times[after]! - time) ? before : after]!;
    answers.set(probabilities.subarray(n * K, (n + 1) * K), m * K);
  }
  return answers;
}

function recordingAtMoment({ windows, rows }: ChosenWindows, i: number): string {
  const row = rows[i]!;
  return JSON.stringify([windows.users[windows.groups[row]!], windows.recordings[windows.recordingIndex[row]!]]);
}

/** Seconds on the recording's clock. */
function centreAtMoment({ windows, rows }: ChosenWindows, i: number): number {
  return windows.startTimes[rows[i]!]! + windows.windowSize / windows.samplingRateHz / 2;
}
