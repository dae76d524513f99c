// Computes the network's output for every window of recordings. Samples are read in chunks, and only the output is kept.

import type { WindowPlan } from "../../signals/data/plan-windows.ts";
import type { RowSource } from "../../signals/data/recordings.ts";
import { type WindowChunk, windowChunks } from "../../signals/data/window-chunks.ts";
import { allocateSharedWindows, type WindowSet } from "../../signals/data/windows.ts";
import type { WindowPredictor } from "./window-predictor.ts";

/** Each window's position and class probabilities. */
export interface PredictedWindows
  extends Pick<
    WindowSet,
    "startTimes" | "labels" | "groups" | "recordingIndex" | "users" | "recordings" | "windowSize" | "samplingRateHz"
  > {
  /** [W, K] row-major. */
  readonly probabilities: Float32Array;
}

/**
 * @param nClasses K
 * @param onChunk receives each chunk of windows with its [W, K] probabilities
 */
export async function predictWindows(
  rows: RowSource,
  plan: WindowPlan,
  predictor: WindowPredictor,
  { nClasses, threads }: { nClasses: number; threads: number },
  onChunk: (chunk: WindowChunk, probabilities: Float32Array) => void = () => {},
): Promise<PredictedWindows> {
  const probabilities = new Float32Array(plan.windows * nClasses);
  const startTimes = new Float64Array(plan.windows);
  const [labels, groups, recordingIndex] = [0, 1, 2].map(() => new Int32Array(plan.windows)) as [
    Int32Array<ArrayBuffer>,
    Int32Array<ArrayBuffer>,
    Int32Array<ArrayBuffer>,
  ];
  let at = 0;
  for (const chunk of windowChunks(rows, plan, 0, allocateSharedWindows)) {
    const { windows } = chunk;
    const own = await predictor.predict(windows, { threads });
    onChunk(chunk, own);
    probabilities.set(own, at * nClasses);
    startTimes.set(windows.startTimes, at);
    labels.set(windows.labels, at);
    groups.set(windows.groups, at);
    recordingIndex.set(windows.recordingIndex, at);
    at += windows.starts.length;
  }
  const { windowSize, samplingRateHz } = plan.options;
  const { users, recordings } = plan;
  return {
    startTimes,
    labels,
    groups,
    recordingIndex,
    users,
    recordings,
    windowSize,
    samplingRateHz,
    probabilities,
  };
}
