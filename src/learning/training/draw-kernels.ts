// Draws the random choices of MiniRocket: the signals that each kernel uses, such as channels, and the window that its biases
// are computed from. T time, S signals.

import type { Rng } from "../../random.ts";
import { quantiles } from "../../stats/quantile.ts";
import { type KernelGroup, kernelLength, kernelPlaces } from "../networks/minirocket-kernels.ts";

/** Maximum size of a subset of signals, as in aeon. */
const mostSignals = 9;

/**
 * Draws which of the S signals each kernel in a group uses: 1 or 0, [kernels, S]. Only the first `used` signals are drawn. The
 * size of a subset is drawn from a log-uniform distribution, so small subsets are the most likely.
 */
export function drawKernelChannels(
  { kernels }: KernelGroup,
  { count: signals, used }: { readonly count: number; readonly used: number },
  rng: Rng,
): Float32Array {
  const seen = new Float32Array(kernels.length * signals);
  const exponent = Math.log2(Math.min(used, mostSignals) + 1);
  for (let k = 0; k < kernels.length; k++) {
    const count = Math.floor(2 ** (rng.uniform() * exponent));
    const order = rng.shuffle(Int32Array.from({ length: used }, (_, s) => s));
    for (const s of order.subarray(0, count)) seen[k * signals + s] = 1;
  }
  return seen;
}

/**
 * Returns a group's biases, [biases, kernels]. Each kernel's biases are quantiles of its padded output for one window.
 * @param seen the result of `drawKernelChannels`
 * @param windowOf returns the signals [T, S] of the kth kernel's window
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

/** Returns the padded output [T] of a group's kth kernel for the signals [T, S] of one window. */
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
