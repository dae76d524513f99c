// Hydra (Dempster, Schmidt and Webb 2023, "Hydra: Competing Convolutional Kernels for Fast and Accurate Time Series
// Classification"): random kernels compete in groups. At each sample, the kernel with the largest output in its group wins, and
// the one with the smallest output loses. The features are the square roots of each kernel's outputs summed over the samples
// where it wins, and of the number of samples where it loses. Unlike in the original, no kernel is applied to differences between
// neighbouring samples, and a group uses as many signals as a kernel of MiniRocket. B batch, S signals, T time, K kernels.

import { convolve, equal, reduceMax, reduceMin } from "./fixed-operators.ts";
import type { LayerContext } from "./layer-context.ts";
import { kernelLength } from "./minirocket-kernels.ts";
import type { Value } from "./onnx-graph.ts";
import { cast, concat, mul, reduceSum, relu, reshape, scalar, sqrt, where } from "./onnx-operators.ts";

/** Numbers of groups per dilation and of kernels per group. */
export const competingGroups = 16;
export const competingKernels = 8;
const kernelsPerDilation = competingGroups * competingKernels;

/** Powers of 2 for which a kernel fits into windows of T samples. */
export function competingDilations(windowSize: number): number[] {
  const largest = (windowSize - 1) / (kernelLength - 1);
  return Array.from({ length: Math.floor(Math.log2(largest)) + 1 }, (_, i) => 2 ** i);
}

/** Number of features for windows of T samples: two per kernel. */
export function competingFeatureCount(windowSize: number): number {
  return 2 * kernelsPerDilation * competingDilations(windowSize).length;
}

/** Signals [B, S, T] -> [B, features] */
export function competingFeatures(context: LayerContext, signals: Value): Value {
  const [batch, rows, steps] = signals.shape as [string | number, number, number];
  const features = competingDilations(steps).flatMap((dilation, index) => {
    const names = competingNames(index);
    const seen = context.statistic(names.signals, [kernelsPerDilation, rows, 1], "ones");
    const weights = context.statistic(names.weights, [kernelsPerDilation, 1, kernelLength], "zeros");
    const padding = ((kernelLength - 1) * dilation) / 2;
    const outputs = convolve(signals, mul(seen, weights), { dilation, padding });
    const groups = reshape(outputs, [batch, competingGroups, competingKernels, steps]);
    const wins = equal(groups, reduceMax(groups, 2));
    const losses = equal(groups, reduceMin(groups, 2));
    return [where(wins, groups, scalar(groups, 0)), cast(losses, "float32")].map((values) =>
      reshape(reduceSum(values, [3], false), [batch, kernelsPerDilation]),
    );
  });
  return sqrt(relu(concat(features, 1)));
}

/** Names of the statistics for the nth dilation. */
export function competingNames(index: number): { signals: string; weights: string } {
  return { signals: `competing_${index}/signals`, weights: `competing_${index}/weights` };
}
