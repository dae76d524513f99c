import * as fc from "fast-check";
import type { WindowPositions } from "../../../src/learning/evaluation/split.ts";

export interface Run {
  user: number;
  recording: number;
  label: number;
  windows: number;
  /** Seconds between the end of the recording's previous run and this run. */
  pause: number;
}

/** Makes windows of 4 samples at 2 Hz that advance by `stride` within each run; the runs of a recording are in time order. */
export function windowsOf(runs: readonly Run[], stride = 2): WindowPositions {
  const windowSize = 4;
  const samplingRateHz = 2;
  const rows: { start: number; time: number; run: Run }[] = [];
  const clock = new Map<string, number>();
  let start = 0;
  for (const run of runs) {
    if (run.windows === 0) continue;
    const key = `${run.user}/${run.recording}`;
    const begin = (clock.get(key) ?? 0) + run.pause;
    for (let i = 0; i < run.windows; i++) {
      rows.push({ start: start + i * stride, time: begin + (i * stride) / samplingRateHz, run });
    }
    const samples = (run.windows - 1) * stride + windowSize;
    clock.set(key, begin + samples / samplingRateHz);
    start += samples;
  }
  return {
    windowSize,
    samplingRateHz,
    starts: Int32Array.from(rows, (row) => row.start),
    startTimes: Float64Array.from(rows, (row) => row.time),
    labels: Int32Array.from(rows, (row) => row.run.label),
    groups: Int32Array.from(rows, (row) => row.run.user),
    recordingIndex: Int32Array.from(rows, (row) => row.run.recording),
    classes: ["sit", "walk", "run", "lie"],
    users: Array.from({ length: 20 }, (_, user) => `person ${user}`),
  };
}

/** Returns an arbitrary that generates runs of several people, recordings and classes, in any order. */
export function anyRuns(people: number): fc.Arbitrary<Run[]> {
  return fc.array(
    fc.record({
      user: fc.nat(people - 1),
      recording: fc.nat(2),
      label: fc.nat(3),
      windows: fc.integer({ min: 1, max: 9 }),
      pause: fc.constantFrom(0, 0.5, 3),
    }),
    { minLength: 2, maxLength: 30 },
  );
}

/**
 * Returns the number of samples between two windows of one recording (negative if they overlap), or infinity if the windows are
 * from different recordings.
 */
export function gapSamples(w: WindowPositions, a: number, b: number): number {
  if (w.groups[a] !== w.groups[b] || w.recordingIndex[a] !== w.recordingIndex[b]) return Number.POSITIVE_INFINITY;
  return Math.abs(w.startTimes[a]! - w.startTimes[b]!) * w.samplingRateHz - w.windowSize;
}
