// The graph of a trained network, which is used for validation after every epoch and shipped as model.onnx. T time, C
// channels, K classes, P parameters, S statistics; the number of windows is set at run time.

import type { Layer } from "./layer-context.ts";
import { Graph, type Value } from "./onnx-graph.ts";
import { mul, softmax, sub } from "./onnx-operators.ts";
import { describeNetworkParameters, type NetworkSpec, unpackParameters } from "./parameters.ts";

export interface InferenceInput {
  /** T and C. */
  readonly windowSize: number;
  readonly channels: number;
  /**
   * Whether to use the differentiable layers, as in training, instead of the fastest ones; used only to compare the two kinds.
   */
  readonly differentiable?: boolean;
}

export interface TrainedNetwork {
  /** Parameters [P] and statistics [S], as returned by the training graph. */
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  /** [C] each: for scaling windows in physical units to (x - center) / scale. */
  readonly center: readonly number[];
  readonly scale: readonly number[];
  /** Temperature to divide the logits by. */
  readonly temperature: number;
}

/**
 * Inputs: parameters [P], statistics [S] (none if S is 0) and scaled windows x [batch, T, C]. Outputs: probabilities and logits
 * [batch, K].
 */
export function buildInferenceGraph(layers: Layer, input: InferenceInput): Graph {
  const network = describeInferenceNetwork(layers, input);
  const graph = new Graph("network");
  const parameters = graph.input("parameters", "float32", [network.parameterCount]);
  const statistics =
    network.statisticCount > 0 ? graph.input("statistics", "float32", [network.statisticCount]) : undefined;
  const x = graph.input("x", "float32", [inferenceBatchDimension(input), input.windowSize, input.channels]);
  const logits = inferenceForward(layers, network, { parameters, statistics, x }, input.differentiable ?? false);
  return addInferenceOutputs(graph, logits);
}

/** Input: raw windows [batch, T, C] in physical units. Outputs: probabilities and logits [batch, K]. Weights are inside. */
export function buildExportedInferenceGraph(layers: Layer, input: InferenceInput, trained: TrainedNetwork): Graph {
  const network = describeInferenceNetwork(layers, input);
  const graph = new Graph("tidemark");
  const windows = graph.input("windows", "float32", [inferenceBatchDimension(input), input.windowSize, input.channels]);
  const constant = (values: ArrayLike<number>): Value => graph.constant("float32", [values.length], values);
  const scaled = mul(sub(windows, constant(trained.center)), constant(trained.scale.map((scale) => 1 / scale)));
  const parameters = constant(trained.parameters);
  const statistics = network.statisticCount > 0 ? constant(trained.statistics) : undefined;
  const logits = inferenceForward(
    layers,
    network,
    { parameters, statistics, x: scaled },
    input.differentiable ?? false,
  );
  return addInferenceOutputs(graph, mul(logits, 1 / trained.temperature));
}

function describeInferenceNetwork(layers: Layer, { windowSize, channels }: InferenceInput): NetworkSpec {
  return describeNetworkParameters(layers, { type: "float32", shape: [1, windowSize, channels] });
}

/** The batch dimension: 1 for differentiable layers, which need the batch size when the graph is built; otherwise open. */
function inferenceBatchDimension({ differentiable = false }: InferenceInput): number | string {
  return differentiable ? 1 : "batch";
}

function inferenceForward(
  layers: Layer,
  network: NetworkSpec,
  { parameters, statistics, x }: { parameters: Value; statistics: Value | undefined; x: Value },
  differentiable: boolean,
): Value {
  const parameterOf = unpackParameters(parameters, network.parameters);
  const statisticOf = unpackParameters(statistics, network.statistics);
  return layers(
    {
      training: false,
      differentiable,
      parameter: (name) => parameterOf.get(name)!,
      statistic: (name) => statisticOf.get(name)!,
      updateStatistic: () => {},
      keepMask: () => {
        throw new Error("dropout: expected no mask outside training");
      },
    },
    x,
  );
}

function addInferenceOutputs(graph: Graph, logits: Value): Graph {
  graph.output("probabilities", softmax(logits));
  graph.output("logits", logits);
  return graph;
}
