import { bidirectionalLstm } from "./bidirectional-lstm.ts";
import type { Layer, LayerContext } from "./layer-context.ts";
import {
  averagePooling1d,
  batchNormalization,
  conv1d,
  dense,
  dropout,
  flattenLayer,
  globalAveragePooling,
  parallel,
  rectifyLayer,
  residual,
  sequential,
  timeMajorLayer,
} from "./layers.ts";
import type { Value } from "./onnx-graph.ts";
import {
  add,
  concat,
  div,
  exp,
  log,
  matmul,
  mul,
  neg,
  pad,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
  tanh,
  transpose,
} from "./onnx-operators.ts";
import type { Layers, Operators } from "./public-layers.ts";

const operators: Omit<Operators, "training" | "parameter"> = {
  add,
  concat,
  div,
  exp,
  log,
  matmul,
  mul,
  neg,
  pad,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
  tanh,
  transpose,
};

/** The layers passed to the function in a user's file. */
export const ownNetworkLayers: Layers = {
  sequential: (...parts) => sequential(...(parts as readonly Layer[])),
  residual: (...parts) => residual(...(parts as readonly Layer[])),
  parallel: (...parts) => parallel(...(parts as readonly Layer[])),
  timeMajor: timeMajorLayer,
  conv1d,
  dense,
  bidirectionalLstm,
  batchNormalization: (name: string) => batchNormalization(name),
  dropout,
  relu: rectifyLayer,
  tanh: (_: LayerContext, x: Value) => tanh(x),
  sigmoid: (_: LayerContext, x: Value) => sigmoid(x),
  averagePooling1d,
  globalAveragePooling1d: globalAveragePooling,
  flatten: flattenLayer,
  custom: (build: Parameters<Layers["custom"]>[0]) => (context: LayerContext, x: Value) =>
    build(x, {
      ...operators,
      training: context.training,
      parameter: (name, shape, initializer) => context.parameter(name, shape, initializer),
    }) as Value,
};
