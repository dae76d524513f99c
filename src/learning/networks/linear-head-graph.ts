// The loss of a linear softmax head on a chunk of counted features, and its gradient, as one graph. The counts are integers,
// so a fit can hold the counts of all its windows in memory. N rows, F features, K classes.

import { Graph } from "./onnx-graph.ts";
import { add, cast, gemm, logSoftmax, matmul, mul, neg, reduceSum, softmax, sub } from "./onnx-operators.ts";

/** Type of the counts: the smaller one whenever it suffices. */
export type CountType = "uint8" | "uint16";

/**
 * Inputs: counts [N, F], weights [F, K], intercepts [K] and targets [N, K], one-hot rows times the row's weight. Outputs:
 * loss [], the sum over the rows; its gradients, gradient [K, F] and intercept_gradient [K]; logits [N, K].
 */
export function buildLinearHeadGraph(type: CountType, features: number, classes: number): Graph {
  const graph = new Graph("linear_head");
  const x = cast(graph.input("counts", type, ["rows", features]), "float32");
  const weights = graph.input("weights", "float32", [features, classes]);
  const intercepts = graph.input("intercepts", "float32", [classes]);
  const targets = graph.input("targets", "float32", ["rows", classes]);
  const logits = add(matmul(x, weights), intercepts);
  const residuals = sub(mul(softmax(logits), reduceSum(targets, [1])), targets);
  graph.output("loss", neg(reduceSum(mul(targets, logSoftmax(logits)), [0, 1], false)));
  graph.output("gradient", gemm(residuals, x, { transA: true }));
  graph.output("intercept_gradient", reduceSum(residuals, [0], false));
  graph.output("logits", logits);
  return graph;
}
