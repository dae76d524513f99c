// Measures the vectors of sensors in training windows, and computes the same signals from a window as window-signals.ts does in
// a graph. T time, C channels, S signals.

import type { Scaler } from "../../signals/data/scaler.ts";
import { rangesUnderWindows, type WindowSet } from "../../signals/data/windows.ts";
import { moments } from "../../stats/moments.ts";

/** A sensor's vector: the indices of its axes among the channels, and the mean and standard deviation of its magnitude. */
export interface MeasuredVector {
  readonly axes: readonly number[];
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Measures the samples covered by the windows in `rows`; each sample counts once. A vector of constant magnitude gets a standard
 * deviation of 1.
 * @param sensors channels x, y, z of each sensor
 */
export function measureVectors(
  windows: WindowSet,
  sensors: readonly (readonly string[])[],
  rows: Int32Array,
): MeasuredVector[] {
  const ranges = rangesUnderWindows(windows, rows);
  return sensors.map((names) => {
    const axes = names.map((name) => windows.channels.indexOf(name));
    const { mean, std } = moments(magnitudesInRanges(windows, axes, ranges));
    return { axes, mean, deviation: std > 0 ? std : 1 };
  });
}

function magnitudesInRanges(
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
      magnitudes[at++] = vectorMagnitude(samples, i * channels.length, axes);
  }
  return magnitudes;
}

/**
 * Returns the signals [T, S] of one window [T, C] in physical units: the scaled channels, then the vectors' standardised
 * magnitudes, then zeros.
 */
export function signalsOfWindow(
  window: Float32Array,
  { center, scale }: Scaler,
  vectors: readonly MeasuredVector[],
  signals: number,
): Float32Array {
  const channels = center.length;
  const found = new Float32Array((window.length / channels) * signals);
  for (let t = 0; t < window.length / channels; t++) {
    for (let c = 0; c < channels; c++) found[t * signals + c] = (window[t * channels + c]! - center[c]!) / scale[c]!;
    for (const [v, { axes, mean, deviation }] of vectors.entries())
      found[t * signals + channels + v] = (vectorMagnitude(window, t * channels, axes) - mean) / deviation;
  }
  return found;
}

function vectorMagnitude(samples: Float32Array, start: number, axes: readonly number[]): number {
  let sum = 0;
  for (const axis of axes) sum += samples[start + axis]! ** 2;
  return Math.sqrt(sum);
}
