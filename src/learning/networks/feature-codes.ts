// Features that are not counts, rounded to codes from 0 to 255, so that all features fit into a byte and a window unlike any
// training window cannot have features far outside their usual range. B batch, M features.

import { clip, round } from "./fixed-operators.ts";
import type { LayerContext } from "./layer-context.ts";
import type { Value } from "./onnx-graph.ts";
import { add, div, sub } from "./onnx-operators.ts";

const largestCode = 255;
/** Codes per standard deviation: features up to 5.1 standard deviations from their mean have different codes. */
export const codesPerDeviation = 25;

/** [B, M] -> [B, M] */
export function featureCodes(context: LayerContext, features: Value): Value {
  const count = [features.shape[1] as number];
  const mean = context.statistic(featureCodeNames.mean, count, "zeros");
  const step = context.statistic(featureCodeNames.step, count, "ones");
  const middle = Math.ceil(largestCode / 2);
  return clip(add(round(div(sub(features, mean), step)), middle), 0, largestCode);
}

/** Names of the statistics. */
export const featureCodeNames = {
  mean: "codes/mean",
  step: "codes/step",
} as const;
