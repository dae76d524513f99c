// The kernels of MiniRocket (Dempster, Schmidt and Webb 2021, "MiniRocket: A Very Fast (Almost) Deterministic Transform for
// Time Series Classification"), laid out as in aeon's multivariate version: 84 kernels of length 9, each with up to 32
// dilations, spaced exponentially up to the largest that the window length allows. Each combination of dilation and kernel uses
// a random subset of the channels. A kernel's biases are quantiles of its output for one training window. A feature counts how
// often the output exceeds a bias. T time, C channels.

import type { CountType } from "./linear-head-graph.ts";

export const kernelLength = 9;
/** The original implementation's default; rounded down to a multiple of the number of kernels. */
const wantedFeatures = 10_000;
const mostDilations = 32;

/**
 * The three positions in each kernel whose weight is 2. The other six weights are -1, so a constant added to a window has no
 * effect.
 */
export const kernelPlaces: readonly (readonly [number, number, number])[] = Array.from(
  { length: kernelLength ** 3 },
  (_, i) => [Math.floor(i / kernelLength ** 2), Math.floor(i / kernelLength) % kernelLength, i % kernelLength] as const,
).filter(([a, b, c]) => a < b && b < c);

/**
 * A group consists of the kernels with one dilation that have the same padding: every second kernel, starting with the first or
 * the second.
 */
export interface KernelGroup {
  readonly dilation: number;
  /** Number of zeros on either side of a window: enough to make the output as long as the window, or 0. */
  readonly padding: number;
  /** Length of the output. */
  readonly length: number;
  /** Indices into `kernelPlaces`. */
  readonly kernels: readonly number[];
  /** For each kernel, the quantile levels that give its biases. */
  readonly levels: readonly (readonly number[])[];
}

/**
 * Returns all groups for windows of T samples. Features are ordered by group, then by bias, then by kernel.
 * @throws RangeError if a window is shorter than a kernel
 */
export function kernelGroups(windowSize: number): KernelGroup[] {
  if (!(windowSize >= kernelLength))
    throw new RangeError(`minirocket: expected windows of at least ${kernelLength} samples, got ${windowSize}`);
  const groups: KernelGroup[] = [];
  let first = 1;
  for (const [index, { dilation, biases }] of kernelDilations(windowSize).entries()) {
    const kernelsOf = (parity: number): number[] => [...kernelPlaces.keys()].filter((kernel) => kernel % 2 === parity);
    const start = first;
    const levelsOf = (kernel: number): number[] =>
      Array.from({ length: biases }, (_, i) => miniRocketKernelBiasLevel(start + kernel * biases + i));
    const reach = ((kernelLength - 1) * dilation) / 2;
    for (const padding of [reach, 0]) {
      const kernels = kernelsOf(padding > 0 ? index % 2 : 1 - (index % 2));
      const length = windowSize - 2 * (reach - padding);
      groups.push({ dilation, padding, length, kernels, levels: kernels.map(levelsOf) });
    }
    first += kernelPlaces.length * biases;
  }
  return groups;
}

/** Number of features for windows of T samples: 9,996, whatever T is. */
export function kernelFeatureCount(groups: readonly KernelGroup[]): number {
  return groups.reduce((sum, { kernels, levels }) => sum + kernels.length * levels[0]!.length, 0);
}

/** Dilations from 1 to the largest that fits, spaced exponentially; the number of biases per kernel follows the spacing. */
export function kernelDilations(windowSize: number): { dilation: number; biases: number }[] {
  const perKernel = Math.floor(wantedFeatures / kernelPlaces.length);
  const largest = Math.log2((windowSize - 1) / (kernelLength - 1));
  const step = largest / (mostDilations - 1);
  const counts = new Map<number, number>();
  for (let i = 0; i < mostDilations; i++) {
    const dilation = Math.trunc(2 ** (i === mostDilations - 1 ? largest : i * step));
    counts.set(dilation, (counts.get(dilation) ?? 0) + 1);
  }
  const dilations = Array.from(counts, ([dilation, count]) => {
    return { dilation, biases: Math.trunc((count * perKernel) / mostDilations) };
  });
  const left = perKernel - dilations.reduce((sum, { biases }) => sum + biases, 0);
  for (let i = 0; i < left; i++) dilations[i % dilations.length]!.biases++;
  return dilations;
}

/** Returns the nth multiple of the golden ratio, modulo 1; the first few multiples are already spread evenly over [0, 1). */
function miniRocketKernelBiasLevel(n: number): number {
  return Math.fround((n * ((Math.sqrt(5) + 1) / 2)) % 1);
}

/** The smallest type that can hold counts for windows of this size, at most 65,535. */
export function kernelCountType(windowSize: number): CountType {
  return windowSize < 256 ? "uint8" : "uint16";
}
