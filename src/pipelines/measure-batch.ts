// From windows and what the network says of them to what is kept of a batch: counts by predicted class, and its signals.
// Dimensions: S samples, W windows, K classes.

import { type ClassSummaries, summarizeByClass } from "../drift/class-summaries.ts";
import { followsInTime, modelSignals } from "../drift/model-signals.ts";
import { withSensorSignals } from "../drift/sensor-signals.ts";
import type { Columns, Summarizer } from "../drift/summarize.ts";
import { argmaxRows } from "../metrics/confusion-matrix.ts";
import type { BatchMeasurement } from "../monitoring/batch-measurement.ts";
import { windowStep } from "../preprocessing/make-windows.ts";
import { coveredRanges } from "../preprocessing/scaler.ts";
import type { WindowSet } from "../preprocessing/windows.ts";

/** Samples `from` to `to` (excluded) of one stretch, and its windows `first` to `last` (excluded). */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/** The stretches that the windows cover, in order. */
export function runsOf({ starts, windowSize }: Pick<WindowSet, "starts" | "windowSize">): Run[] {
  const runs: Run[] = [];
  for (let first = 0; first < starts.length; ) {
    let last = first + 1;
    while (last < starts.length && starts[last]! < starts[last - 1]! + windowSize) last++;
    runs.push({ from: starts[first]!, to: starts[last - 1]! + windowSize, first, last });
    first = last;
  }
  return runs;
}

/** The samples channel by channel, [S] each. */
export function sampleColumns({ samples, channels }: Pick<WindowSet, "samples" | "channels">): Columns {
  const size = channels.length;
  return Object.fromEntries(
    channels.map((name, c) => [
      name,
      Float32Array.from({ length: samples.length / size }, (_, i) => samples[i * size + c]!),
    ]),
  );
}

/** The same, and what each sensor's axes say together; see `withSensorSignals`. */
export function signalColumns(windows: WindowSet): Columns {
  // What no window covers is a stretch of its own.
  const starts = runsOf(windows).flatMap(({ from, to }) => [from, to]);
  return withSensorSignals(sampleColumns(windows), windows.samplingRateHz, starts);
}

/** [S] for each sample the class of the window whose middle is nearest to it; -1 where none covers it. */
export function classOfSamples(windows: WindowSet, predicted: ArrayLike<number>): Int32Array {
  const { starts, windowSize, samples, channels } = windows;
  const classes = new Int32Array(samples.length / channels.length).fill(-1);
  for (const { from, to, first, last } of runsOf(windows)) {
    let at = from;
    for (let w = first; w < last; w++) {
      const end = w + 1 === last ? to : Math.round((starts[w]! + starts[w + 1]! + windowSize) / 2);
      classes.fill(predicted[w]!, at, end);
      at = end;
    }
  }
  return classes;
}

/**
 * @param probabilities [W, K] after temperature scaling, as the exported network gives them
 * @param of.columns those under the windows, with the signals
 */
export function measureBatch(
  windows: WindowSet,
  probabilities: Float32Array,
  nClasses: number,
  { overlap, columns, summarizer }: { overlap: number; columns: Columns; summarizer: Summarizer },
): BatchMeasurement {
  const predicted = argmaxRows(probabilities, nClasses);
  const classOf = gatherUnder(windows, classOfSamples(windows, predicted));
  const byClass: ClassSummaries = summarizeByClass(summarizer, columns, classOf, nClasses);
  return { byClass, signals: modelSignals(probabilities, nClasses, follows(windows, overlap)) };
}

/** [W] whether a window comes one step after the one before it. */
export function follows(windows: WindowSet, overlap: number): Uint8Array {
  const { recordingIndex, startTimes, windowSize, samplingRateHz } = windows;
  return followsInTime(recordingIndex, startTimes, windowStep(windowSize, overlap) / samplingRateHz);
}

/** By channel and signal the samples under the windows, each once. */
export function columnsUnder(windows: WindowSet): Record<string, Float32Array> {
  const columns = Object.entries(signalColumns(windows));
  return Object.fromEntries(columns.map(([name, column]) => [name, gatherUnder(windows, column)]));
}

/** A column of samples, those under the windows alone, each once. */
export function gatherUnder<T extends Float32Array | Int32Array>(windows: WindowSet, column: T): T {
  const ranges = coveredRanges(windows, Int32Array.from(windows.starts.keys()));
  const gathered = column.slice() as T;
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const part = column.subarray(ranges[i]!, ranges[i + 1]!);
    gathered.set(part, at);
    at += part.length;
  }
  return gathered.subarray(0, at) as T;
}
