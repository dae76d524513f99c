// Tests the graph of a complete training step, whose inputs and outputs are flat vectors.

import { describe, expect, it } from "vitest";
import {
  batchNormalization,
  dense,
  dropout,
  flattenLayer,
  sequential,
  timeMajorLayer,
} from "../../../src/learning/networks/layers.ts";
import { Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { describeNetworkParameters, unpackParameters } from "../../../src/learning/networks/parameters.ts";
import {
  buildTrainingGradientGraph,
  buildTrainingGraph,
  buildTrainingUpdateGraph,
} from "../../../src/learning/networks/training-graph.ts";
import { numbers } from "./check-gradient.ts";
import { openGraph, runGraph } from "./run-graph.ts";

const input = { batchSize: 4, windowSize: 2, channels: 3, classes: 2 };
const plain = sequential(timeMajorLayer, flattenLayer, dense("d", 2));
const rich = sequential(
  timeMajorLayer,
  batchNormalization("n1"),
  dropout(0.2),
  flattenLayer,
  batchNormalization("n2"),
  dropout(0.5),
  dense("d", 2),
);

describe("a network's description", () => {
  const { parameters, statistics, masks, ...counts } = describeNetworkParameters(rich, {
    type: "float32",
    shape: [4, 2, 3],
  });

  it("lays parameters and statistics out one after another, in the layers' order", () => {
    expect(parameters.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ["n1/gamma", 0, 3],
      ["n1/beta", 3, 3],
      ["n2/gamma", 6, 6],
      ["n2/beta", 12, 6],
      ["d/kernel", 18, 12],
      ["d/bias", 30, 2],
    ]);
    expect(statistics.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ["n1/moving_mean", 0, 3],
      ["n1/moving_variance", 3, 3],
      ["n2/moving_mean", 6, 6],
      ["n2/moving_variance", 12, 6],
    ]);
    expect(counts).toEqual({ parameterCount: 32, statisticCount: 18 });
  });

  it("lists the masks with their rates", () => {
    expect(masks).toEqual([
      { shape: [2, 4, 3], rate: 0.2 },
      { shape: [4, 6], rate: 0.5 },
    ]);
  });

  it("refuses two layers of one name", () => {
    const twice = sequential(dense("d", 2), dense("d", 2));
    const describing = () => describeNetworkParameters(twice, { type: "float32", shape: [4, 2] });
    expect(describing).toThrow("two parameters are called d/kernel");
  });

  it("unpacks a vector to the tensors", async () => {
    const graph = new Graph("unpack");
    const vector = graph.input("vector", "float32", [32]);
    for (const [name, value] of unpackParameters(vector, parameters)) graph.output(`tensor ${name}`, value);
    const results = await runGraph(graph, { vector: Array.from({ length: 32 }, (_, i) => i) });
    for (const { name, shape, size, offset } of parameters) {
      const values = Array.from({ length: size }, (_, i) => offset + i);
      expect(results[`tensor ${name}`]).toEqual({ type: "float32", shape, values });
    }
  });
});

describe("the training graph", () => {
  const feeds = (layers: typeof plain) => {
    const { parameterCount, statisticCount, masks } = describeNetworkParameters(layers, {
      type: "float32",
      shape: [4, 2, 3],
    });
    return {
      parameters: numbers([parameterCount], 1).values,
      moment_1: new Float64Array(parameterCount),
      moment_2: new Float64Array(parameterCount),
      statistics: numbers([statisticCount], 2, { positive: true }).values,
      step_size: [0.01],
      x: numbers([4, 2, 3], 3).values,
      targets: [1, 0, 0, 1, 1, 0, 0, 1],
      ...Object.fromEntries(
        masks.map(({ shape }, i) => [`mask_${i}`, numbers(shape, 4 + i).values.map((v) => Number(v > 0))]),
      ),
    };
  };

  it("reads and writes the vectors, the data and the masks", () => {
    const { graph } = buildTrainingGraph(rich, input);
    expect(graph.inputs.map(({ name, type, shape }) => `${name}: ${type} [${shape}]`).sort()).toEqual([
      "mask_0: bool [2,4,3]",
      "mask_1: bool [4,6]",
      "moment_1: float32 [32]",
      "moment_2: float32 [32]",
      "parameters: float32 [32]",
      "statistics: float32 [18]",
      "step_size: float32 []",
      "targets: float32 [4,2]",
      "x: float32 [4,2,3]",
    ]);
    expect(graph.outputs.map(({ name, shape }) => `${name} [${shape}]`).sort()).toEqual([
      "logits [4,2]",
      "loss []",
      "next_moment_1 [32]",
      "next_moment_2 [32]",
      "next_parameters [32]",
      "next_statistics [18]",
    ]);
  });

  it("has no input for statistics if the network has none", async () => {
    const { graph } = buildTrainingGraph(plain, input);
    expect(graph.inputs.some(({ name }) => name === "statistics")).toBe(false);
    const result = await runGraph(graph, feeds(plain));
    expect(Object.keys(result)).not.toContain("next_statistics");
    expect(result.next_parameters!.values).not.toEqual([...feeds(plain).parameters]);
  });

  it("takes the step of the gradient graph's gradient: its first moment is a tenth of it", async () => {
    const [step, check] = [buildTrainingGraph(rich, input), buildTrainingGradientGraph(rich, input)];
    const result = await runGraph(step.graph, feeds(rich));
    const { gradient, loss, next_statistics } = await runGraph(check.graph, feeds(rich));
    expect([result.loss, result.next_statistics]).toEqual([loss, next_statistics]);
    gradient!.values.forEach((value, i) => {
      expect(result.next_moment_1!.values[i]).toBeCloseTo(value / 10, 7);
    });
  });

  it("steps as the update graph does by two gradients with the same mean", async () => {
    const { gradient } = await runGraph(buildTrainingGradientGraph(rich, input).graph, feeds(rich));
    const whole = await runGraph(buildTrainingGraph(rich, input).graph, feeds(rich));
    const divided = await runGraph(buildTrainingUpdateGraph(32, 2), {
      ...feeds(rich),
      gradient_0: gradient!.values.map((value) => 3 * value),
      gradient_1: gradient!.values.map((value) => -value),
    });
    for (const name of ["next_parameters", "next_moment_1", "next_moment_2"]) {
      divided[name]!.values.forEach((value, i) => {
        expect(value).toBeCloseTo(whole[name]!.values[i]!, 6);
      });
    }
  });

  it("gives equal numbers for equal inputs", async () => {
    const run = await openGraph(buildTrainingGraph(rich, input).graph);
    const again = await openGraph(buildTrainingGraph(rich, input).graph);
    const first = await run(feeds(rich));
    expect(await run(feeds(rich))).toEqual(first);
    expect(await again(feeds(rich))).toEqual(first);
  });

  it("brings a loss down that can be learnt", async () => {
    const run = await openGraph(buildTrainingGraph(plain, input).graph);
    const losses: number[] = [];
    let state: Record<string, ArrayLike<number>> = feeds(plain);
    for (let i = 0; i < 200; i++) {
      const result = await run({ ...state, step_size: [0.05] });
      losses.push(result.loss!.values[0]!);
      const next = ["parameters", "moment_1", "moment_2"].map((name) => [name, result[`next_${name}`]!.values]);
      state = { ...state, ...Object.fromEntries(next) };
    }
    expect(losses[0]).toBeGreaterThan(0.2);
    expect(losses.at(-1)).toBeLessThan(0.01);
  });
});
