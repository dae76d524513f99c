// The signals that MiniRocket's kernels are applied to, as its layers compute them in a graph: the scaled channels alone, or
// together with the magnitudes of the sensors' vectors. T time, C channels, V vectors, S signals.

import type { Scaler } from "../../signals/data/scaler.ts";
import { rangesUnderWindows, type WindowSet } from "../../signals/data/windows.ts";
import { moments } from "../../stats/moments.ts";
import type { MiniRocketName } from "../networks/ensemble-members.ts";
import { roomForSensorMagnitudes, sensorMagnitudeNames } from "../networks/sensor-magnitudes.ts";
import { scaleTrainingBatch } from "./training-batch.ts";

/** Windows, with what is needed to compute signals from them. */
export interface KernelInput {
  readonly windows: WindowSet;
  readonly scaler: Scaler;
  /** Channels x, y, z of each sensor. */
  readonly sensors: readonly (readonly string[])[];
  readonly kind: MiniRocketName;
}

/** Signals that kernels can use. */
export interface KernelSignals {
  /** S */
  readonly count: number;
  /** Number of signals that are not always 0; they come first. */
  readonly used: number;
  /** The signals' statistics, by name. */
  readonly statistics: readonly (readonly [name: string, values: Float32Array])[];
  /** Returns the signals [T, S] of a window [T, C] in physical units. */
  readonly ofWindow: (window: Float32Array) => Float32Array;
}

/** A sensor's vector: the indices of its axes among the channels, and the mean and standard deviation of its magnitude. */
interface MeasuredVector {
  readonly axes: readonly number[];
  readonly mean: number;
  readonly deviation: number;
}

/** A standard deviation below this fraction of the mean is only rounding error, as if a sensor measures nothing but gravity. */
const leastVariation = 1e-3;

/** Measures the samples covered by the windows in `rows`; each sample counts once. */
export function measureKernelSignals({ windows, scaler, sensors, kind }: KernelInput, rows: Int32Array): KernelSignals {
  const channels = windows.channels.length;
  if (kind === "minirocket") {
    return {
      count: channels,
      used: channels,
      statistics: [],
      ofWindow: (window) => scaledKernelSignals(window, scaler),
    };
  }
  const room = roomForSensorMagnitudes(channels);
  const vectors = measureKernelSignalVectors(windows, sensors.slice(0, room), rows);
  const count = channels + room;
  return {
    count,
    used: channels + vectors.length,
    statistics: kernelSignalMagnitudeStatistics(scaler, vectors, room),
    ofWindow: (window) => {
      const scaled = scaledKernelSignals(window, scaler);
      const found = new Float32Array((window.length / channels) * count);
      for (let t = 0; t < window.length / channels; t++) {
        found.set(scaled.subarray(t * channels, (t + 1) * channels), t * count);
        for (const [v, { axes, mean, deviation }] of vectors.entries())
          found[t * count + channels + v] = (kernelSignalMagnitude(window, t * channels, axes) - mean) / deviation;
      }
      return found;
    },
  };
}

function scaledKernelSignals(window: Float32Array, scaler: Scaler): Float32Array {
  const scaled = window.slice();
  scaleTrainingBatch(scaled, scaler);
  return scaled;
}

/**
 * Measures the mean and standard deviation of each sensor's magnitude. A vector of constant magnitude gets a standard deviation
 * of 1.
 */
function measureKernelSignalVectors(
  windows: WindowSet,
  sensors: KernelInput["sensors"],
  rows: Int32Array,
): MeasuredVector[] {
  const ranges = rangesUnderWindows(windows, rows);
  return sensors.map((names) => {
    const axes = names.map((name) => windows.channels.indexOf(name));
    const { mean, std } = moments(kernelSignalMagnitudesInRanges(windows, axes, ranges));
    return { axes, mean, deviation: std > leastVariation * mean ? std : 1 };
  });
}

function kernelSignalMagnitudesInRanges(
  { samples, channels }: Pick<WindowSet, "samples" | "channels">,
  axes: readonly number[],
  ranges: readonly number[],
): Float32Array {
  let count = 0;
  for (let r = 0; r < ranges.length; r += 2) count += ranges[r + 1]! - ranges[r]!;
  const magnitudes = new Float32Array(count);
  let at = 0;
  for (let r = 0; r < ranges.length; r += 2) {
    for (let i = ranges[r]!; i < ranges[r + 1]!; i++)
      magnitudes[at++] = kernelSignalMagnitude(samples, i * channels.length, axes);
  }
  return magnitudes;
}

function kernelSignalMagnitudeStatistics(
  { scale, center }: Scaler,
  vectors: readonly MeasuredVector[],
  room: number,
): [name: string, values: Float32Array][] {
  const axes = new Float32Array(scale.length * room);
  for (const [v, own] of vectors.entries()) for (const c of own.axes) axes[c * room + v] = 1;
  const measured = (of: "mean" | "deviation", unused: number): Float32Array =>
    Float32Array.from({ length: room }, (_, v) => vectors[v]?.[of] ?? unused);
  return [
    [sensorMagnitudeNames.scale, Float32Array.from(scale)],
    [sensorMagnitudeNames.center, Float32Array.from(center)],
    [sensorMagnitudeNames.axes, axes],
    [sensorMagnitudeNames.mean, measured("mean", 0)],
    [sensorMagnitudeNames.deviation, measured("deviation", 1)],
  ];
}

function kernelSignalMagnitude(samples: Float32Array, start: number, axes: readonly number[]): number {
  let sum = 0;
  for (const axis of axes) sum += samples[start + axis]! ** 2;
  return Math.sqrt(sum);
}
