// One training step as one graph: forward, loss, backward, Adam and the running statistics. It reads and writes just a few flat
// vectors; see parameters.ts. B batch, T time, C channels, K classes, P parameters, S statistics.

import { adamStep } from "./adam.ts";
import { backpropagate } from "./backpropagate.ts";
import type { Layer } from "./layer-context.ts";
import { softmaxCrossEntropy } from "./losses.ts";
import { type DataType, Graph, type Value } from "./onnx-graph.ts";
import { add, concat, mul, reshape } from "./onnx-operators.ts";
import { describeNetworkParameters, type NetworkSpec, unpackParameters } from "./parameters.ts";

export interface NetworkInput {
  /** B, T, C and K. */
  readonly batchSize: number;
  readonly windowSize: number;
  readonly channels: number;
  readonly classes: number;
  readonly type?: DataType;
}

export interface TrainingGraph {
  readonly graph: Graph;
  readonly network: NetworkSpec;
}

/**
 * Inputs: parameters [P], moment_1 [P], moment_2 [P], statistics [S], step_size [], x [B, T, C], targets [B, K] and mask_0...
 * (bool). Outputs: next_parameters, next_moment_1, next_moment_2, next_statistics, loss [], logits [B, K]. If S is 0, there are
 * no statistics. `step_size` is Adam's learning rate including its bias correction (`adamStepSize`).
 */
export function buildTrainingGraph(layers: Layer, input: NetworkInput): TrainingGraph {
  const { graph, network, parameters, statistics, loss, logits, nextStatistics } = trainingForward(layers, input);
  const [gradient] = backpropagate(loss, [parameters]);
  const { type, shape } = parameters;
  const step = adamStep({
    parameters,
    gradient: gradient!,
    moment1: graph.input("moment_1", type, shape),
    moment2: graph.input("moment_2", type, shape),
    stepSize: graph.input("step_size", type, []),
  });
  graph.output("next_parameters", step.parameters);
  graph.output("next_moment_1", step.moment1);
  graph.output("next_moment_2", step.moment2);
  if (statistics !== undefined) graph.output("next_statistics", nextStatistics!);
  graph.output("loss", loss);
  graph.output("logits", logits);
  return { graph, network };
}

/** Builds the same graph as `buildTrainingGraph`, but outputs the gradient [P] instead of taking an optimizer step. */
export function buildTrainingGradientGraph(layers: Layer, input: NetworkInput): TrainingGraph {
  const { graph, network, parameters, statistics, loss, logits, nextStatistics } = trainingForward(layers, input);
  graph.output("gradient", backpropagate(loss, [parameters])[0]!);
  if (statistics !== undefined) graph.output("next_statistics", nextStatistics!);
  graph.output("loss", loss);
  graph.output("logits", logits);
  return { graph, network };
}

/**
 * Builds a graph that takes one Adam step with the mean of several gradients. Inputs: parameters, moment_1, moment_2 [P],
 * step_size [] and gradient_0, gradient_1, ... [P]. Outputs: next_parameters, next_moment_1, next_moment_2.
 */
export function buildTrainingUpdateGraph(parameterCount: number, gradientCount: number): Graph {
  const graph = new Graph("update");
  const vector = (name: string): Value => graph.input(name, "float32", [parameterCount]);
  const [parameters, moment1, moment2] = ["parameters", "moment_1", "moment_2"].map(vector) as [Value, Value, Value];
  const stepSize = graph.input("step_size", "float32", []);
  const sum = Array.from({ length: gradientCount }, (_, i) => vector(`gradient_${i}`)).reduce(add);
  const step = adamStep({ parameters, moment1, moment2, gradient: mul(sum, 1 / gradientCount), stepSize });
  graph.output("next_parameters", step.parameters);
  graph.output("next_moment_1", step.moment1);
  graph.output("next_moment_2", step.moment2);
  return graph;
}

function trainingForward(layers: Layer, { batchSize, windowSize, channels, classes, type = "float32" }: NetworkInput) {
  const shape = [batchSize, windowSize, channels];
  const network = describeNetworkParameters(layers, { type, shape });
  const graph = new Graph("training_step");
  const parameters = graph.input("parameters", type, [network.parameterCount]);
  const statistics = network.statisticCount > 0 ? graph.input("statistics", type, [network.statisticCount]) : undefined;
  const x = graph.input("x", type, shape);
  const targets = graph.input("targets", type, [batchSize, classes]);

  const parameterOf = unpackParameters(parameters, network.parameters);
  const statisticOf = unpackParameters(statistics, network.statistics);
  const updated = new Map(statisticOf);
  let masks = 0;
  const logits = layers(
    {
      training: true,
      differentiable: true,
      parameter: (name) => parameterOf.get(name)!,
      statistic: (name) => statisticOf.get(name)!,
      updateStatistic: (name, value) => updated.set(name, value),
      keepMask: (maskShape) => graph.input(`mask_${masks++}`, "bool", maskShape),
    },
    x,
  );
  const flat = network.statistics.map(({ name, size }) => reshape(updated.get(name)!, [size]));
  return {
    graph,
    network,
    parameters,
    statistics,
    logits,
    loss: softmaxCrossEntropy(logits, targets),
    nextStatistics: flat.length > 0 ? concat(flat, 0) : undefined,
  };
}
