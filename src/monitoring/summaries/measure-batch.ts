// Computes the stored form of a batch (counts by predicted class, and signals) from windows and the network's output.
// Dimensions: S samples, W windows, K classes.

import { plannedWindowStep } from "../../signals/data/plan-windows.ts";
import {
  type Run,
  runsOfWindowChunk,
  type WindowChunk,
  windowChunkBoundary,
} from "../../signals/data/window-chunks.ts";
import { rangesUnderWindows, type WindowSet } from "../../signals/data/windows.ts";
import type { Sensor } from "../../signals/sensors/sensor.ts";
import { argmaxRows } from "../../stats/argmax-rows.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import { addBatchPhysics, type BatchPhysics } from "./batch-physics.ts";
import { ClassSummarizer } from "./class-summaries.ts";
import { followsForModelSignals, SignalCounter, type WindowBefore } from "./model-signals.ts";
import { withSensorSignals } from "./sensor-signals.ts";
import type { Columns, Summarizer } from "./summarize.ts";

/** The samples of each channel, [S]. */
export function measuredBatchColumns({ samples, channels }: Pick<WindowSet, "samples" | "channels">): Columns {
  const size = channels.length;
  return Object.fromEntries(
    channels.map((name, c) => {
      const column = new Float32Array(samples.length / size);
      for (let i = 0, at = c; i < column.length; i++, at += size) column[i] = samples[at]!;
      return [name, column];
    }),
  );
}

/** The samples of each channel, plus the signals computed from each sensor's axes; see `withSensorSignals`. */
export function measuredSignalColumns(windows: WindowSet, sensors: readonly Sensor[]): Columns {
  // Samples not covered by any window form separate stretches.
  const starts = runsOfWindowChunk(windows).flatMap(({ from, to }) => [from, to]);
  return withSensorSignals(measuredBatchColumns(windows), sensors, windows.samplingRateHz, starts);
}

/** [S] class of each sample: the class of the window whose middle is nearest; -1 if no window covers the sample. */
export function classOfMeasuredSamples(windows: WindowSet, predicted: ArrayLike<number>): Int32Array {
  return classOfMeasuredRuns(windows, runsOfWindowChunk(windows), predicted);
}

function classOfMeasuredRuns(
  { starts, windowSize, samples, channels }: WindowSet,
  runs: readonly Run[],
  predicted: ArrayLike<number>,
): Int32Array {
  const classes = new Int32Array(samples.length / channels.length).fill(-1);
  for (const { from, to, first, last } of runs) {
    let at = from;
    for (let w = first; w < last; w++) {
      const end = w + 1 === last ? to : windowChunkBoundary(starts[w]!, starts[w + 1]!, windowSize);
      classes.fill(predicted[w]!, at, end);
      at = end;
    }
  }
  return classes;
}

/** Measures a batch piece by piece. Keeps no samples. */
export class BatchMeasurer {
  readonly #overlap: number;
  readonly #nClasses: number;
  readonly #sensors: readonly Sensor[];
  readonly #byClass: ClassSummarizer;
  readonly #signals: SignalCounter;
  #samples = 0;
  #physics: BatchPhysics = {};
  #before: WindowBefore | undefined;

  /** @param of `sensors` are those whose signals the summarizer counts */
  constructor(of: { overlap: number; nClasses: number; sensors: readonly Sensor[]; summarizer: Summarizer }) {
    this.#overlap = of.overlap;
    this.#nClasses = of.nClasses;
    this.#sensors = of.sensors;
    this.#byClass = new ClassSummarizer(of.summarizer, of.nClasses);
    this.#signals = new SignalCounter(of.nClasses);
  }

  /**
   * @param probabilities [W, K] after temperature scaling, as returned by the exported network
   * @returns the piece's samples that its windows cover, each once: channels, and the signals computed from them
   */
  add({ windows, runs }: WindowChunk, probabilities: Float32Array): Columns {
    const predicted = argmaxRows(probabilities, this.#nClasses);
    const ranges = runs.flatMap(({ from, to }) => [from, to]);
    const starts = runs.flatMap(({ dataFrom, dataTo }) => [dataFrom, dataTo]);
    const all = withSensorSignals(measuredBatchColumns(windows), this.#sensors, windows.samplingRateHz, starts);
    const columns = Object.fromEntries(
      Object.entries(all).map(([name, column]) => [name, gatherMeasuredRanges(ranges, column)]),
    );
    const classOf = gatherMeasuredRanges(ranges, classOfMeasuredRuns(windows, runs, predicted));
    this.#byClass.add(columns, classOf);
    this.#signals.add(probabilities, followsMeasuredWindow(windows, this.#overlap, this.#before));
    const { samplingRateHz } = windows;
    this.#physics = addBatchPhysics(this.#physics, all, runs, { sensors: this.#sensors, samplingRateHz });
    const last = windows.starts.length - 1;
    this.#before = { recording: windows.recordingIndex[last]!, startTime: windows.startTimes[last]! };
    this.#samples += classOf.length;
    return columns;
  }

  /** Number of samples covered by the windows. */
  get samples(): number {
    return this.#samples;
  }

  /** Measurements whose values depend on the sensors, but not on the wearer. */
  get physics(): BatchPhysics {
    return this.#physics;
  }

  measurement(): BatchMeasurement {
    return { byClass: this.#byClass.summaries(), signals: this.#signals.signals() };
  }
}

/** [W] whether each window starts one step after the previous one. */
export function followsMeasuredWindow(windows: WindowSet, overlap: number, before?: WindowBefore): Uint8Array {
  const { recordingIndex, startTimes } = windows;
  return followsForModelSignals(recordingIndex, startTimes, measuredBatchStepSeconds(windows, overlap), before);
}

/** Time from the start of one window to the start of the next. */
export function measuredBatchStepSeconds(
  { windowSize, samplingRateHz }: Pick<WindowSet, "windowSize" | "samplingRateHz">,
  overlap: number,
): number {
  return plannedWindowStep(windowSize, overlap) / samplingRateHz;
}

/** Returns only the samples covered by windows, each once; returns the column itself if the windows cover all of it. */
export function gatherMeasuredSamples<T extends Float32Array | Int32Array>(windows: WindowSet, column: T): T {
  return gatherMeasuredRanges(rangesUnderWindows(windows, Int32Array.from(windows.starts.keys())), column);
}

/** @param ranges row ranges, each given by its first row and the row after its last */
function gatherMeasuredRanges<T extends Float32Array | Int32Array>(ranges: readonly number[], column: T): T {
  if (ranges.length === 2 && ranges[0] === 0 && ranges[1] === column.length) return column;
  let length = 0;
  for (let i = 0; i < ranges.length; i += 2) length += ranges[i + 1]! - ranges[i]!;
  const gathered = column.slice(0, length) as T;
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const part = column.subarray(ranges[i]!, ranges[i + 1]!);
    gathered.set(part, at);
    at += part.length;
  }
  return gathered;
}
