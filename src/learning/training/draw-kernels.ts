// Draws the random choices of MiniRocket: the channels that each kernel uses, and the window that its biases are computed from.
// T time, C channels.

import type { Rng } from "../../random.ts";
import { quantiles } from "../../stats/quantile.ts";
import { type KernelGroup, kernelLength, kernelPlaces } from "../networks/minirocket-kernels.ts";

/** Maximum size of a channel subset, as in aeon. */
const mostChannels = 9;

/** Draws which of the C channels each kernel in a group uses: 1 or 0, [kernels, C]. All subset sizes are equally likely. */
export function drawKernelChannels({ kernels }: KernelGroup, channels: number, rng: Rng): Float32Array {
  const seen = new Float32Array(kernels.length * channels);
  const exponent = Math.log2(Math.min(channels, mostChannels) + 1);
  for (let k = 0; k < kernels.length; k++) {
    const count = Math.floor(2 ** (rng.uniform() * exponent));
    const order = rng.shuffle(Int32Array.from({ length: channels }, (_, c) => c));
    for (const c of order.subarray(0, count)) seen[k * channels + c] = 1;
  }
  return seen;
}

/**
 * Returns a group's biases, [biases, kernels]. Each kernel's biases are quantiles of its padded output for one window.
 * @param seen the result of `drawKernelChannels`
 * @param windowOf returns the scaled window [T, C] of the kth kernel
 */
export function drawKernelBiases(
  group: KernelGroup,
  seen: Float32Array,
  windowOf: (k: number) => Float32Array,
): Float32Array {
  const { kernels, levels } = group;
  const biases = new Float32Array(levels[0]!.length * kernels.length);
  const channels = seen.length / kernels.length;
  for (const k of kernels.keys()) {
    const window = windowOf(k);
    const output = outputOfDrawnKernel(group, k, window, seen.subarray(k * channels, (k + 1) * channels)).sort();
    for (const [i, value] of quantiles(output, levels[k]!).entries()) biases[i * kernels.length + k] = value;
  }
  return biases;
}

/** Returns the padded output [T] of a group's kth kernel for one window [T, C]. */
function outputOfDrawnKernel(
  { dilation, kernels }: KernelGroup,
  k: number,
  window: Float32Array,
  seen: Float32Array,
): Float32Array {
  const places: readonly number[] = kernelPlaces[kernels[k]!]!;
  const channels = seen.length;
  const length = window.length / channels;
  const sums = Float64Array.from({ length }, (_, t) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += seen[c]! * window[t * channels + c]!;
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
