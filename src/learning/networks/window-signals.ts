// The signals that fixed features are computed from: the scaled channels, and the magnitude of each sensor's vector, which is the
// same however the sensor is oriented. The number of vectors depends on the sensors, but the layout of the tensors must not, so
// they have room for as many sensors as the channels could form. B batch, T time, C channels, V vectors, S = C + V signals.

import { clip } from "./fixed-operators.ts";
import type { LayerContext } from "./layer-context.ts";
import type { Value } from "./onnx-graph.ts";
import { add, concat, div, matmul, mul, sqrt, sub, transpose } from "./onnx-operators.ts";

/** Scaled values are clipped to this limit, so that their squares are finite. */
const largestValue = 1e6;
const axesPerVector = 3;

/** V: the largest number of sensors with three axes that C channels can form. */
export function vectorRoom(channels: number): number {
  return Math.floor(channels / axesPerVector);
}

/** Scaled windows [B, T, C] -> signals [B, S, T] */
export function windowSignals(context: LayerContext, x: Value): Value {
  const channels = x.shape[2] as number;
  const vectors = vectorRoom(channels);
  const limited = clip(x, -largestValue, largestValue);
  const rows = transpose(limited, [0, 2, 1]);
  if (vectors === 0) return rows;
  const { scale, center, axes, mean, deviation } = windowSignalNames;
  // The scaler is undone, because the magnitude of a vector has a meaning only in physical units.
  const physical = add(
    mul(limited, context.statistic(scale, [channels], "ones")),
    context.statistic(center, [channels], "zeros"),
  );
  const magnitudes = sqrt(matmul(mul(physical, physical), context.statistic(axes, [channels, vectors], "zeros")));
  const scaled = div(
    sub(magnitudes, context.statistic(mean, [vectors], "zeros")),
    context.statistic(deviation, [vectors], "ones"),
  );
  return concat([rows, transpose(scaled, [0, 2, 1])], 1);
}

/** Names of the statistics. */
export const windowSignalNames = {
  /** [C] each: the scaler. */
  scale: "channels/scale",
  center: "channels/center",
  /** [C, V]: 1 if the channel is an axis of the vector, 0 otherwise. */
  axes: "vectors/axes",
  /** [V] each, of the magnitudes in physical units. */
  mean: "vectors/mean",
  deviation: "vectors/deviation",
} as const;
