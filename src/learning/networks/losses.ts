import type { Value } from "./onnx-graph.ts";
import { logSoftmax, mul, neg, reduceSum } from "./onnx-operators.ts";

/**
 * Softmax cross-entropy, averaged over the batch.
 * @param logits [B, K]
 * @param targets [B, K] one-hot rows, each multiplied by its weight. Class weights are applied as in Keras: the sum of the
 * weighted losses is divided by B, not by the sum of the weights.
 * @returns a scalar
 */
export function softmaxCrossEntropy(logits: Value, targets: Value): Value {
  const batch = logits.shape[0] as number;
  return mul(neg(reduceSum(mul(targets, logSoftmax(logits)), [0, 1], false)), 1 / batch);
}
