// The interface through which a layer's forward definition requests parameters, statistics and masks. A layer is a function
// (context, input) -> output. The builder of the graph decides whether its parameters are slices of a trained vector or
// constants of an exported model.

import type { Initializer } from "./initializers.ts";
import type { Value } from "./onnx-graph.ts";

export interface LayerContext {
  /** Whether dropout is active and batch normalization uses the batch's own statistics. */
  readonly training: boolean;
  /** Whether gradients will be computed: if not, a layer may use operators without a gradient rule. */
  readonly differentiable: boolean;
  /** A trainable tensor. Names have the form "layer/parameter" and are unique in a network. */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Value;
  /** A tensor that is not trained but tracks the data, such as a running mean. */
  statistic(name: string, shape: readonly number[], initializer: Initializer): Value;
  /** Sets a statistic's value after this step; only in training. */
  updateStatistic(name: string, value: Value): void;
  /** Returns a new random boolean tensor, true with probability 1 - rate; only in training. */
  keepMask(shape: readonly number[], rate: number): Value;
}

export type Layer = (context: LayerContext, x: Value) => Value;
