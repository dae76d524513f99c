// What a layer's forward definition may request. A layer is a function (context, input) -> output. The builder of the graph
// decides whether its parameters are slices of a trained vector or constants of an exported model.

import type { Initializer } from "./initializers.ts";
import type { Value } from "./onnx-graph.ts";

export interface LayerContext {
  /** Whether dropout drops and batch normalization uses the batch's own statistics. */
  readonly training: boolean;
  /** Whether gradients will be taken: if false, a layer may use operators without a gradient rule. */
  readonly differentiable: boolean;
  /** A trainable tensor. Names are unique in a network, "layer/parameter". */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Value;
  /** A tensor that is not trained but tracks the data, such as a running mean. */
  statistic(name: string, shape: readonly number[], initializer: Initializer): Value;
  /** While training: the value that a statistic takes after this step. */
  updateStatistic(name: string, value: Value): void;
  /** While training: a fresh random boolean tensor, true with probability 1 - rate. */
  keepMask(shape: readonly number[], rate: number): Value;
}

export type Layer = (context: LayerContext, x: Value) => Value;
