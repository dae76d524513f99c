// Draws the signals and biases of MiniRocket's kernels, and counts their features over windows. B windows per run, T time, C
// channels, F features, S statistics.

import type { Rng } from "../../random.ts";
import { gatherWindows } from "../../signals/data/gather-windows.ts";
import type { Layer, LayerContext } from "../networks/layer-context.ts";
import type { CountType } from "../networks/linear-head-graph.ts";
import { miniRocketCounts, miniRocketNames } from "../networks/minirocket.ts";
import { kernelCountType, kernelFeatureCount, kernelGroups } from "../networks/minirocket-kernels.ts";
import { modelProto } from "../networks/model-proto.ts";
import { Graph } from "../networks/onnx-graph.ts";
import { cast } from "../networks/onnx-operators.ts";
import type { NetworkSpec } from "../networks/parameters.ts";
import { kernelSignals } from "../networks/presets.ts";
import { drawKernelBiases, drawKernelChannels } from "./draw-kernels.ts";
import { type KernelInput, measureKernelSignals } from "./measure-kernel-signals.ts";
import { openRuntimeSession, runtimeTensor } from "./onnx-runtime.ts";
import { scaleTrainingBatch } from "./training-batch.ts";

/** Number of windows per run, small enough for a run's data to stay in cache. */
const windowsPerRun = 16;

/** Counts [N, F] of N windows. */
export interface WindowCounts {
  readonly type: CountType;
  readonly features: number;
  readonly values: Uint8Array | Uint16Array;
}

/**
 * Draws the kernels' signals and biases. The features have not been measured yet, so their means are 0 and their standard
 * deviations 1.
 * @returns the network's statistics, [S]
 * @param rows windows that the biases are taken from
 */
export function drawMiniRocketStatistics(
  network: NetworkSpec,
  input: KernelInput,
  rows: Int32Array,
  rng: Rng,
): Float32Array {
  const { windowSize, channels } = input.windows;
  const statistics = new Float32Array(network.statisticCount);
  const put = (name: string, values: Float32Array): void => {
    statistics.set(values, network.statistics.find((own) => own.name === name)!.offset);
  };
  const signals = measureKernelSignals(input, rows);
  for (const [name, values] of signals.statistics) put(name, values);
  for (const [index, group] of kernelGroups(windowSize).entries()) {
    const names = miniRocketNames.group(index);
    const seen = drawKernelChannels(group, signals, rng.split(names.channels));
    const draw = rng.split(names.biases);
    const window = new Float32Array(windowSize * channels.length);
    const windowOf = (): Float32Array => {
      gatherWindows(input.windows, Int32Array.of(rows[draw.integer(rows.length)]!), window);
      return signals.ofWindow(window);
    };
    put(names.channels, seen);
    put(names.biases, drawKernelBiases(group, seen, windowOf));
  }
  const { size, offset } = network.statistics.find(({ name }) => name === miniRocketNames.deviation)!;
  return statistics.fill(1, offset, offset + size);
}

/** How windows are counted. */
export interface CountingOptions {
  /** Changes the windows x [B, T, C], in physical units, before they are scaled. */
  readonly change?: (x: Float32Array, count: number) => void;
  /** Called between runs; the computation ends if it returns true. */
  readonly shouldStop: () => boolean;
  /** Called after each run, with the number of windows counted so far. */
  readonly onCounted: (windows: number) => void;
}

/** Computes the features of the windows in `rows`, in that order. Returns null if `shouldStop` ended the computation. */
export async function countMiniRocketFeatures(
  network: NetworkSpec,
  statistics: Float32Array,
  { windows, scaler, kind }: KernelInput,
  rows: Int32Array,
  { change, shouldStop, onCounted }: CountingOptions,
): Promise<WindowCounts | null> {
  const { windowSize, channels } = windows;
  const features = kernelFeatureCount(kernelGroups(windowSize));
  const type = kernelCountType(windowSize);
  const values = type === "uint8" ? new Uint8Array(rows.length * features) : new Uint16Array(rows.length * features);
  const signals = kernelSignals[kind];
  const graph = miniRocketCountingGraph(network, statistics, { windowSize, channels: channels.length, signals }, type);
  const session = await openRuntimeSession(modelProto(graph));
  try {
    for (let start = 0; start < rows.length; start += windowsPerRun) {
      if (shouldStop()) return null;
      const part = rows.subarray(start, start + windowsPerRun);
      const x = new Float32Array(part.length * windowSize * channels.length);
      gatherWindows(windows, part, x);
      change?.(x, part.length);
      scaleTrainingBatch(x, scaler);
      const out = await session.run({ x: runtimeTensor("float32", x, [part.length, windowSize, channels.length]) });
      values.set(out.counts!.data as Uint8Array | Uint16Array, start * features);
      onCounted(start + part.length);
    }
  } finally {
    await session.release();
  }
  return { type, features, values };
}

/** Input: scaled windows x [batch, T, C]. Output: counts [batch, F]. */
function miniRocketCountingGraph(
  network: NetworkSpec,
  statistics: Float32Array,
  { windowSize, channels, signals }: { windowSize: number; channels: number; signals: Layer },
  type: CountType,
): Graph {
  const graph = new Graph("counts");
  const x = graph.input("x", "float32", ["batch", windowSize, channels]);
  const none = (): never => {
    throw new Error("minirocket: expected no parameters and no masks for its counts");
  };
  const context: LayerContext = {
    training: false,
    differentiable: false,
    parameter: none,
    statistic: (name, shape) => {
      const { offset, size } = network.statistics.find((own) => own.name === name)!;
      return graph.constant("float32", shape, statistics.subarray(offset, offset + size));
    },
    updateStatistic: none,
    keepMask: none,
  };
  graph.output("counts", cast(miniRocketCounts(context, signals(context, x)), type));
  return graph;
}

/**
 * Sets the features' means and standard deviations to those over the counted windows; a constant feature keeps a standard
 * deviation of 1.
 */
export function measureMiniRocketStatistics(
  network: NetworkSpec,
  statistics: Float32Array,
  { values, features }: WindowCounts,
): void {
  const rows = values.length / features;
  const sums = new Float64Array(features);
  const squares = new Float64Array(features);
  for (let at = 0; at < values.length; at += features) {
    for (let f = 0; f < features; f++) {
      const value = values[at + f]!;
      sums[f]! += value;
      squares[f]! += value * value;
    }
  }
  const offsetOf = (wanted: string): number => network.statistics.find(({ name }) => name === wanted)!.offset;
  const [mean, deviation] = [offsetOf(miniRocketNames.mean), offsetOf(miniRocketNames.deviation)];
  for (let f = 0; f < features; f++) {
    // The sums so far are exact, because the counts are integers.
    const variance = (squares[f]! - sums[f]! ** 2 / rows) / rows;
    statistics[mean + f] = sums[f]! / rows;
    statistics[deviation + f] = variance > 0 ? Math.sqrt(variance) : 1;
  }
}
