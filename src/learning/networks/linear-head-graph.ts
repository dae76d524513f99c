// Products of counted features and the weights of a linear head, as graphs. The counts are integers, so those for all windows
// fit in memory. N rows, F features, K columns of weights.

import { Graph, type Value } from "./onnx-graph.ts";
import { add, cast, gemm, matmul, mul, reduceSum, sub } from "./onnx-operators.ts";

/** Type of the counts: the smallest one that can hold them. */
export type CountType = "uint8" | "uint16";

/** Inputs: counts [N, F], weights [F, K] and intercepts [K]. Output: scores [N, K]. */
export function buildHeadScoresGraph(type: CountType, features: number): Graph {
  const graph = new Graph("head_scores");
  graph.output("scores", headGraphScores(graph, headGraphInput(graph, type, features), features));
  return graph;
}

/**
 * Inputs: counts [N, F], weights [F, K], intercepts [K], row_weights [N, K] and targets [N, K]. Outputs: products [K, F], each
 * row's residual (row weight times score, minus target) times its counts, summed over rows; residuals [K], the residuals summed
 * over rows.
 */
export function buildHeadProductsGraph(type: CountType, features: number): Graph {
  const graph = new Graph("head_products");
  const x = headGraphInput(graph, type, features);
  const scores = headGraphScores(graph, x, features);
  const rowWeights = graph.input("row_weights", "float32", ["rows", "columns"]);
  const residuals = sub(mul(scores, rowWeights), graph.input("targets", "float32", ["rows", "columns"]));
  graph.output("products", gemm(residuals, x, { transA: true }));
  graph.output("residuals", reduceSum(residuals, [0], false));
  return graph;
}

function headGraphInput(graph: Graph, type: CountType, features: number): Value {
  return cast(graph.input("counts", type, ["rows", features]), "float32");
}

function headGraphScores(graph: Graph, x: Value, features: number): Value {
  const weights = graph.input("weights", "float32", [features, "columns"]);
  return add(matmul(x, weights), graph.input("intercepts", "float32", ["columns"]));
}
