// The magnitudes of the sensors' vectors, which are the same however a sensor is oriented. The number of vectors depends on the
// sensors, but the layout of the tensors must not, so they have room for as many sensors as the channels could form. B batch, T
// time, C channels, V vectors.

import type { LayerContext } from "./layer-context.ts";
import type { Value } from "./onnx-graph.ts";
import { add, concat, div, matmul, mul, sqrt, sub, transpose } from "./onnx-operators.ts";

const axesPerVector = 3;

/** V: the largest number of sensors with three axes that C channels can form. */
export function roomForSensorMagnitudes(channels: number): number {
  return Math.floor(channels / axesPerVector);
}

/** Scaled windows [B, T, C] -> standardised magnitudes [B, V, T] */
function sensorMagnitudes(context: LayerContext, x: Value): Value {
  const channels = x.shape[2] as number;
  const vectors = roomForSensorMagnitudes(channels);
  const { scale, center, axes, mean, deviation } = sensorMagnitudeNames;
  // The scaler is undone, because the magnitude of a vector has a meaning only in physical units.
  const physical = add(
    mul(x, context.statistic(scale, [channels], "ones")),
    context.statistic(center, [channels], "zeros"),
  );
  const magnitudes = sqrt(matmul(mul(physical, physical), context.statistic(axes, [channels, vectors], "zeros")));
  const standardised = div(
    sub(magnitudes, context.statistic(mean, [vectors], "zeros")),
    context.statistic(deviation, [vectors], "ones"),
  );
  return transpose(standardised, [0, 2, 1]);
}

/** Scaled windows [B, T, C] -> channels and magnitudes [B, C + V, T] */
export function channelsAndMagnitudes(context: LayerContext, x: Value): Value {
  return concat([transpose(x, [0, 2, 1]), sensorMagnitudes(context, x)], 1);
}

/** Names of the statistics. */
export const sensorMagnitudeNames = {
  /** [C] each: the scaler. */
  scale: "channels/scale",
  center: "channels/center",
  /** [C, V]: 1 if the channel is an axis of the vector, 0 otherwise. */
  axes: "vectors/axes",
  /** [V] each, of the magnitudes in physical units. */
  mean: "vectors/mean",
  deviation: "vectors/deviation",
} as const;
