// The statistics of the minirocket network: its random kernels, the sensors' vectors, and the ranges of its features. B windows
// per run, T time, C channels, F features, S statistics.

import type { Rng } from "../../random.ts";
import { gatherWindows } from "../../signals/data/gather-windows.ts";
import { competingDilations, competingNames } from "../networks/competing-kernels.ts";
import { codesPerDeviation, featureCodeNames } from "../networks/feature-codes.ts";
import { miniRocketNames } from "../networks/minirocket.ts";
import { kernelGroups } from "../networks/minirocket-kernels.ts";
import type { NetworkSpec } from "../networks/parameters.ts";
import { vectorRoom, windowSignalNames } from "../networks/window-signals.ts";
import { computeUncodedFeatures, type ScaledWindows, type WindowCounts } from "./count-features.ts";
import { drawCompetingSignals, drawCompetingWeights, drawKernelBiases, drawKernelSignals } from "./draw-kernels.ts";
import { type MeasuredVector, measureVectors, signalsOfWindow } from "./measure-vectors.ts";

/** Number of windows that the ranges of the codes are measured on: enough for a rough range. */
const windowsForCodes = 1000;

/** Windows, with the channels x, y, z of each sensor. */
export interface SensorWindows extends ScaledWindows {
  readonly sensors: readonly (readonly string[])[];
}

/**
 * Draws the kernels, and measures the sensors' vectors and the ranges of the codes. The means and standard deviations of the
 * features remain 0 and 1 until the features have been counted.
 * @returns the network's statistics, [S]
 * @param rows windows to measure
 */
export async function drawMiniRocketStatistics(
  network: NetworkSpec,
  { windows, scaler, sensors }: SensorWindows,
  rows: Int32Array,
  rng: Rng,
): Promise<Float32Array> {
  const { windowSize, channels } = windows;
  const statistics = new Float32Array(network.statisticCount);
  const put = (name: string, values: Float32Array): void => {
    statistics.set(values, statisticOffset(network, name));
  };
  const room = vectorRoom(channels.length);
  const vectors = measureVectors(windows, sensors.slice(0, room), rows);
  if (room > 0) for (const [name, values] of signalStatistics(scaler, vectors, room)) put(name, values);
  const signals = { channels: channels.length, vectors: vectors.length, room: channels.length + room };
  for (const [index, group] of kernelGroups(windowSize).entries()) {
    const names = miniRocketNames.group(index);
    const seen = drawKernelSignals(group.kernels.length, signals, rng.split(names.channels));
    const draw = rng.split(names.biases);
    const window = new Float32Array(windowSize * channels.length);
    const windowOf = (): Float32Array => {
      gatherWindows(windows, Int32Array.of(rows[draw.integer(rows.length)]!), window);
      return signalsOfWindow(window, scaler, vectors, signals.room);
    };
    put(names.channels, seen);
    put(names.biases, drawKernelBiases(group, seen, windowOf));
  }
  for (const index of competingDilations(windowSize).keys()) {
    const names = competingNames(index);
    put(names.signals, drawCompetingSignals(signals, rng.split(names.signals)));
    put(names.weights, drawCompetingWeights(rng.split(names.weights)));
  }
  const some = rng.split("codes").shuffle(Int32Array.from(rows)).subarray(0, windowsForCodes);
  const { values, features } = await computeUncodedFeatures(network, statistics, { windows, scaler }, some);
  const { mean, deviation } = featureMoments(values, features);
  put(featureCodeNames.mean, mean);
  put(
    featureCodeNames.step,
    deviation.map((value) => value / codesPerDeviation),
  );
  const { size, offset } = network.statistics.find(({ name }) => name === miniRocketNames.deviation)!;
  return statistics.fill(1, offset, offset + size);
}

/** The statistics of the signals, by name. */
function signalStatistics(
  { scale, center }: ScaledWindows["scaler"],
  vectors: readonly MeasuredVector[],
  room: number,
): [name: string, values: Float32Array][] {
  const axes = new Float32Array(scale.length * room);
  for (const [v, own] of vectors.entries()) for (const c of own.axes) axes[c * room + v] = 1;
  const measured = (of: "mean" | "deviation", unused: number): Float32Array =>
    Float32Array.from({ length: room }, (_, v) => vectors[v]?.[of] ?? unused);
  return [
    [windowSignalNames.scale, Float32Array.from(scale)],
    [windowSignalNames.center, Float32Array.from(center)],
    [windowSignalNames.axes, axes],
    [windowSignalNames.mean, measured("mean", 0)],
    [windowSignalNames.deviation, measured("deviation", 1)],
  ];
}

/** Sets the features' means and standard deviations to those over some of the counted windows. */
export function measureMiniRocketStatistics(
  network: NetworkSpec,
  statistics: Float32Array,
  { values, features }: WindowCounts,
): void {
  const { mean, deviation } = featureMoments(values, features);
  statistics.set(mean, statisticOffset(network, miniRocketNames.mean));
  statistics.set(deviation, statisticOffset(network, miniRocketNames.deviation));
}

function statisticOffset(network: NetworkSpec, wanted: string): number {
  return network.statistics.find(({ name }) => name === wanted)!.offset;
}

/**
 * Means and standard deviations of features [N, F], [F] each; a constant feature gets a standard deviation of 1. The sums are
 * exact for integers.
 */
function featureMoments(
  values: Float32Array | Uint8Array | Uint16Array,
  features: number,
): { mean: Float32Array; deviation: Float32Array } {
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
  const deviation = Float32Array.from(sums, (sum, f) => {
    const variance = (squares[f]! - sum ** 2 / rows) / rows;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { mean: Float32Array.from(sums, (sum) => sum / rows), deviation };
}
