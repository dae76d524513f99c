// Runs a single layer, whose parameters, statistics and masks are inputs of the graph, with the names that the layer uses.

import type { Layer, LayerContext } from "../../../src/learning/networks/layer-context.ts";
import { Graph, type Value } from "../../../src/learning/networks/onnx-graph.ts";
import { describeNetworkParameters, type NetworkSpec } from "../../../src/learning/networks/parameters.ts";
import { expectGradient, type Numbers, numbers } from "./check-gradient.ts";
import { type Result, runGraph } from "./run-graph.ts";

type Arrays = Readonly<Record<string, ArrayLike<number>>>;

export interface LayerRun {
  readonly training: boolean;
  readonly x: { readonly shape: readonly number[]; readonly values: ArrayLike<number> };
  /** The values of the parameters, statistics and masks by name; masks are called mask_0, mask_1, ... */
  readonly inputs?: Arrays;
  readonly type?: "float32" | "float64";
}

/** Returns the output `y` and, in training, the updated statistics by name. */
export async function runLayer(layer: Layer, run: LayerRun): Promise<Readonly<Record<string, Result>>> {
  const { training, x, inputs = {}, type = "float64" } = run;
  const graph = new Graph("layer");
  const outputs: [string, Value][] = [];
  const context: LayerContext = {
    training,
    differentiable: training,
    parameter: (name, shape) => graph.input(name, type, shape),
    statistic: (name, shape) => graph.input(name, type, shape),
    updateStatistic: (name, value) => outputs.push([name, value]),
    keepMask: (shape) => graph.input(`mask_${graph.inputs.filter((i) => i.type === "bool").length}`, "bool", shape),
  };
  const y = layer(context, graph.input("x", type, x.shape));
  for (const [name, value] of [["y", y] as const, ...outputs]) graph.output(`${name}/after`, value);
  const results = await runGraph(graph, { ...inputs, x: x.values });
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name.replace(/\/after$/, ""), result]));
}

export function describeLayer(layer: Layer, shape: readonly number[]): NetworkSpec {
  return describeNetworkParameters(layer, { type: "float64", shape });
}

/** Expects a layer in training to have correct gradients for its input and all of its parameters. */
export async function expectLayerGradient(layer: Layer, shape: readonly number[]): Promise<void> {
  const { parameters, statistics, masks } = describeLayer(layer, shape);
  const inputs: Record<string, Numbers> = { x: numbers(shape, 1) };
  parameters.forEach((parameter, i) => {
    inputs[parameter.name] = numbers(parameter.shape, i + 2);
  });
  await expectGradient(inputs, (values, graph) => {
    let mask = 0;
    return layer(
      {
        training: true,
        differentiable: true,
        parameter: (name) => values[name]!,
        statistic: (name) => {
          const spec = statistics.find((statistic) => statistic.name === name)!;
          return graph.constant("float64", spec.shape, numbers(spec.shape, 50).values);
        },
        updateStatistic: () => {},
        keepMask: () => {
          const spec = masks[mask++]!;
          return graph.constant(
            "bool",
            spec.shape,
            numbers(spec.shape, 60 + mask).values.map((v) => Number(v > 0)),
          );
        },
      },
      values.x!,
    );
  });
}
