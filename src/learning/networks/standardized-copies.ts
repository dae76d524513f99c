// Copies of the channels that are standardised within each window (instance normalization: Ulyanov, Vedaldi and Lempitsky 2016).
// Activities at rest differ only in movements that are far smaller than the range of all activities; the copies show these
// movements as large as any others. B batch, T time, C channels.

import type { LayerContext } from "./layer-context.ts";
import type { Value } from "./onnx-graph.ts";
import { add, concat, div, mul, reduceMean, sqrt, sub } from "./onnx-operators.ts";

/** Added to a channel's variance over a window, so that the copy of a constant channel is 0. */
const leastVariance = 1e-6;

/** Scaled windows [B, T, C] -> the channels, followed by their copies with mean 0 and variance 1 over the window: [B, T, 2 C] */
export function channelsAndStandardizedCopies(_: LayerContext, x: Value): Value {
  const centered = sub(x, reduceMean(x, [1]));
  const variance = reduceMean(mul(centered, centered), [1]);
  return concat([x, div(centered, sqrt(add(variance, leastVariance)))], 2);
}
