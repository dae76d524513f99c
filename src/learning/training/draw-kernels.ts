// Draws the random choices of MiniRocket and Hydra: the signals that each kernel uses, the window that its biases are computed
// from, and the weights of competing kernels. T time, S signals.

import type { Rng } from "../../random.ts";
import { quantiles } from "../../stats/quantile.ts";
import { competingGroups, competingKernels } from "../networks/competing-kernels.ts";
import { type KernelGroup, kernelLength, kernelPlaces } from "../networks/minirocket-kernels.ts";

/** Maximum size of a subset of signals, as in aeon. */
const mostSignals = 9;

/** The signals that kernels can use: first the channels, then the magnitudes of the sensors' vectors. */
export interface KernelSignals {
  readonly channels: number;
  readonly vectors: number;
  /** S, the number of signals in the tensor. */
  readonly room: number;
}

/**
 * Draws which of the signals each kernel uses, as in aeon: 1 or 0, [kernels, room]. Every second kernel uses channels alone:
 * the magnitude of a vector hides the orientation of the sensor, which may distinguish activities.
 */
export function drawKernelSignals(kernels: number, { channels, vectors, room }: KernelSignals, rng: Rng): Float32Array {
  const seen = new Float32Array(kernels * room);
  for (let k = 0; k < kernels; k++) {
    const used = k % 2 === 0 ? channels : channels + vectors;
    const exponent = Math.log2(Math.min(used, mostSignals) + 1);
    const count = Math.floor(2 ** (rng.uniform() * exponent));
    const order = rng.shuffle(Int32Array.from({ length: used }, (_, s) => s));
    for (const s of order.subarray(0, count)) seen[k * room + s] = 1;
  }
  return seen;
}

/** Draws which of the signals the competing kernels of one dilation use, [kernels, room]; those of a group use the same ones. */
export function drawCompetingSignals(signals: KernelSignals, rng: Rng): Float32Array {
  const { room } = signals;
  const ofGroups = drawKernelSignals(competingGroups, signals, rng);
  return Float32Array.from({ length: competingGroups * competingKernels * room }, (_, i) => {
    const group = Math.floor(i / (competingKernels * room));
    return ofGroups[group * room + (i % room)]!;
  });
}

/** Draws the weights of the competing kernels of one dilation, [kernels, length]; each sums to 0, and in absolute value to 1. */
export function drawCompetingWeights(rng: Rng): Float32Array {
  const weights = new Float32Array(competingGroups * competingKernels * kernelLength);
  for (let at = 0; at < weights.length; at += kernelLength) {
    const drawn = Array.from({ length: kernelLength }, () => rng.normal());
    const mean = drawn.reduce((sum, weight) => sum + weight) / kernelLength;
    const centred = drawn.map((weight) => weight - mean);
    const total = centred.reduce((sum, weight) => sum + Math.abs(weight), 0);
    weights.set(
      centred.map((weight) => weight / total),
      at,
    );
  }
  return weights;
}

/**
 * Returns a group's biases, [biases, kernels]. Each kernel's biases are quantiles of its padded output for one window.
 * @param seen the result of `drawKernelSignals`
 * @param windowOf returns the window's signals [T, S] for the kth kernel
 */
export function drawKernelBiases(
  group: KernelGroup,
  seen: Float32Array,
  windowOf: (k: number) => Float32Array,
): Float32Array {
  const { kernels, levels } = group;
  const biases = new Float32Array(levels[0]!.length * kernels.length);
  const signals = seen.length / kernels.length;
  for (const k of kernels.keys()) {
    const window = windowOf(k);
    const output = outputOfDrawnKernel(group, k, window, seen.subarray(k * signals, (k + 1) * signals)).sort();
    for (const [i, value] of quantiles(output, levels[k]!).entries()) biases[i * kernels.length + k] = value;
  }
  return biases;
}

/** Returns the padded output [T] of a group's kth kernel for one window's signals [T, S]. */
function outputOfDrawnKernel(
  { dilation, kernels }: KernelGroup,
  k: number,
  window: Float32Array,
  seen: Float32Array,
): Float32Array {
  const places: readonly number[] = kernelPlaces[kernels[k]!]!;
  const signals = seen.length;
  const length = window.length / signals;
  const sums = Float64Array.from({ length }, (_, t) => {
    let sum = 0;
    for (let s = 0; s < signals; s++) sum += seen[s]! * window[t * signals + s]!;
    return sum;
  });
  return Float32Array.from({ length }, (_, t) => {
    let sum = 0;
    for (let i = 0; i < kernelLength; i++) {
      const value = sums[t + (i - (kernelLength - 1) / 2) * dilation];
      if (value !== undefined) sum += (places.includes(i) ? 2 : -1) * value;
    }
    return sum;
  });
}
