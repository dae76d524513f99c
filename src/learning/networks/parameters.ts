// All parameters of a network are slices of one vector, and all its running statistics are slices of another. An optimizer step
// then takes only a handful of operators, and a checkpoint consists of only a few arrays.

import { type Draws, type Initializer, initialValues } from "./initializers.ts";
import type { Layer } from "./layer-context.ts";
import { Graph, type TensorType, type Value } from "./onnx-graph.ts";
import { reshape, splitAlongAxis } from "./onnx-operators.ts";

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** Offset of its values in the vector. */
  readonly offset: number;
  readonly initializer: Initializer;
}

export interface MaskSpec {
  readonly shape: readonly number[];
  readonly rate: number;
}

export interface NetworkSpec {
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly ParameterSpec[];
  /** Dropout masks for one training step, in layer order. */
  readonly masks: readonly MaskSpec[];
  readonly parameterCount: number;
  readonly statisticCount: number;
}

/** Runs a network's forward definition once on a scratch graph to record what it requests. */
export function describeNetworkParameters(layers: Layer, input: TensorType): NetworkSpec {
  const graph = new Graph("scratch");
  const parameters: ParameterSpec[] = [];
  const statistics: ParameterSpec[] = [];
  const masks: MaskSpec[] = [];
  const declare = (list: ParameterSpec[]) => (name: string, shape: readonly number[], initializer: Initializer) => {
    if (list.some((other) => other.name === name)) throw new Error(`two parameters are called ${name}`);
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    list.push({ name, shape, size, offset: countParameters(list), initializer });
    return graph.input(name, input.type, shape);
  };
  layers(
    {
      training: true,
      differentiable: true,
      parameter: declare(parameters),
      statistic: declare(statistics),
      updateStatistic: () => {},
      keepMask: (shape, rate) => {
        masks.push({ shape, rate });
        return graph.input("mask", "bool", shape);
      },
    },
    graph.input("x", input.type, input.shape),
  );
  return {
    parameters,
    statistics,
    masks,
    parameterCount: countParameters(parameters),
    statisticCount: countParameters(statistics),
  };
}

/** A new vector of initial values; each parameter has its own generator, so the order of the parameters does not matter. */
export function drawNetworkParameters(
  specs: readonly ParameterSpec[],
  rng: { split(name: string): Draws },
): Float32Array {
  const vector = new Float32Array(countParameters(specs));
  for (const { name, shape, offset, initializer } of specs) {
    vector.set(initialValues(initializer, shape, rng.split(name)), offset);
  }
  return vector;
}

/** The tensors in a vector [P], by name. A network without such tensors has no vector. */
export function unpackParameters(vector: Value | undefined, specs: readonly ParameterSpec[]): Map<string, Value> {
  if (vector === undefined || specs.length === 0) return new Map();
  const pieces = splitAlongAxis(
    vector,
    specs.map(({ size }) => size),
    0,
  );
  return new Map(specs.map(({ name, shape }, i) => [name, reshape(pieces[i]!, shape)]));
}

function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { size }) => sum + size, 0);
}
