// The types that users build their own networks from: the layers of the presets, and operators for other layers. These types
// hide how a graph is built, so that the implementation can change.

import type { Initializer } from "./initializers.ts";

/** A tensor of a network under construction. It has a shape but no values, which exist only while the network runs. */
export interface Tensor {
  /** Sizes; "batch" stands for the number of windows, which is known only when the model runs. */
  readonly shape: readonly (number | string)[];
}

/** A network or part of a network, built by the functions of `Layers`. */
export type Network = (context: never, x: never) => Tensor;

/**
 * The default export of a network's file: returns a network from windows [batch, time, channels] to logits [batch, classes].
 */
export type NetworkFunction = (layers: Layers, classCount: number) => Network;

/**
 * The layers that a network can consist of, with Keras's semantics. A layer's name becomes part of its parameters' names, and
 * must be unique within a network. Sequences have the shape [time, batch, channels], except for the input of `timeMajor`.
 */
export interface Layers {
  /** Applies parts one after another. */
  sequential(...parts: readonly Network[]): Network;
  /** Applies parts one after another and adds their input to the result, which must have the same shape. */
  residual(...parts: readonly Network[]): Network;
  /** Applies each part to the same input and joins the results along the last axis. */
  parallel(...parts: readonly Network[]): Network;
  /** [batch, time, channels] -> [time, batch, channels], the form expected by the other layers. */
  readonly timeMajor: Network;
  /**
   * Convolution over time with stride 1. Padding "valid" (the default) shortens the sequence by (size - 1) * dilation
   * samples; "same" keeps its length.
   */
  conv1d(name: string, filters: number, size: number, options?: Conv1dOptions): Network;
  /** [..., channels] -> [..., units]: x W + b. */
  dense(name: string, units: number): Network;
  /** Bidirectional LSTM: [time, batch, channels] -> [time, batch, 2 * units]. */
  bidirectionalLstm(name: string, units: number): Network;
  /** Batch normalization over all axes but the last. */
  batchNormalization(name: string): Network;
  /** In training, sets values to 0 with probability `rate` and scales the others by 1 / (1 - rate). */
  dropout(rate: number): Network;
  /** max(x, 0). */
  readonly relu: Network;
  /** Hyperbolic tangent. */
  readonly tanh: Network;
  /** 1 / (1 + exp(-x)). */
  readonly sigmoid: Network;
  /** Means of `size` samples each; a remainder at the end is dropped. */
  averagePooling1d(size: number): Network;
  /** [time, batch, channels] -> [batch, channels]: means over time. */
  readonly globalAveragePooling1d: Network;
  /** [time, batch, channels] -> [batch, time * channels]. */
  readonly flatten: Network;
  /** A layer of your own, made of operators. */
  custom(build: (x: Tensor, operators: Operators) => Tensor): Network;
}

/** Options of `conv1d`. */
export interface Conv1dOptions {
  /** Whether zeros around the sequence keep its length. Default: valid. */
  readonly padding?: "valid" | "same";
  /** Distance, in samples, between the values that a kernel combines. Default: 1. */
  readonly dilation?: number;
}

/**
 * The operators available in `custom`, each with a gradient. Element-wise operators broadcast as in NumPy and accept a number
 * in place of a tensor.
 */
export interface Operators {
  /** Whether the network is being built for training. */
  readonly training: boolean;
  /** A trained tensor; its name must be unique within the network. */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Tensor;
  /** a + b */
  add(a: Tensor | number, b: Tensor | number): Tensor;
  /** a - b */
  sub(a: Tensor | number, b: Tensor | number): Tensor;
  /** a * b, element by element. */
  mul(a: Tensor | number, b: Tensor | number): Tensor;
  /** a / b, element by element. */
  div(a: Tensor | number, b: Tensor | number): Tensor;
  /** -x */
  neg(x: Tensor): Tensor;
  /** e to the power of x. */
  exp(x: Tensor): Tensor;
  /** The natural logarithm. */
  log(x: Tensor): Tensor;
  /** The square root. */
  sqrt(x: Tensor): Tensor;
  /** The hyperbolic tangent. */
  tanh(x: Tensor): Tensor;
  /** 1 / (1 + exp(-x)) */
  sigmoid(x: Tensor): Tensor;
  /** max(x, 0) */
  relu(x: Tensor): Tensor;
  /** Softmax along the last axis. */
  softmax(x: Tensor): Tensor;
  /** [..., M, K] and [..., K, N] -> [..., M, N]. */
  matmul(a: Tensor, b: Tensor): Tensor;
  /** The axes of x in a different order. */
  transpose(x: Tensor, permutation: readonly number[]): Tensor;
  /** The same values in a different shape. */
  reshape(x: Tensor, shape: readonly (number | string)[]): Tensor;
  /** Joins tensors along an axis. */
  concat(values: readonly Tensor[], axis: number): Tensor;
  /** x[start:end] along an axis. */
  slice(x: Tensor, axis: number, start: number, end: number): Tensor;
  /** Adds zeros along an axis. */
  pad(x: Tensor, axis: number, before: number, after: number): Tensor;
  /** Sums over axes, which keep size 1 unless `keepDimensions` is false. */
  reduceSum(x: Tensor, axes: readonly number[], keepDimensions?: boolean): Tensor;
  /** Means over axes, which keep size 1 unless `keepDimensions` is false. */
  reduceMean(x: Tensor, axes: readonly number[], keepDimensions?: boolean): Tensor;
}
