// Compares the available networks with PyTorch in float64 (test/fixtures/scripts/network.py, which was checked against Keras):
// one step's logits, loss, gradients and running statistics, and ten steps of training with dropout.

import { describe, expect, it } from "vitest";
import { adamStepSize } from "../../../src/learning/networks/adam.ts";
import { describeNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { buildTrainingGraph } from "../../../src/learning/networks/training-graph.ts";
import { expectNear, expectStep, expectSummaries, maskFeeds } from "./expect-step.ts";
import {
  drawNetwork,
  type FullSize,
  initialStatistics,
  inputOf,
  readFixture,
  type SmallSize,
  summaries,
  type Trajectory,
  targetsOf,
} from "./network-fixture.ts";
import { openGraph } from "./run-graph.ts";

const small = {
  "1dcnn-bilstm": "step",
  compact: "step-compact",
  "compact-standardized": "step-compact-standardized",
};
const full = {
  "1dcnn-bilstm": "full-size",
  compact: "full-size-compact",
  "compact-standardized": "full-size-compact-standardized",
};
const names = ["1dcnn-bilstm", "compact", "compact-standardized"] as const;

async function expectTrajectory(
  fixture: SmallSize,
  expected: Trajectory,
  options: { type: "float32" | "float64"; weights?: readonly number[]; lossTolerance: number; tolerance: number },
): Promise<void> {
  const layers = presetNetwork(fixture.network, fixture.classes);
  const { graph, network } = buildTrainingGraph(layers, { ...inputOf(fixture), type: options.type });
  const run = await openGraph(graph);
  const { parameters, drawStep } = drawNetwork(fixture, network);
  let state: Record<string, ArrayLike<number>> = {
    parameters,
    statistics: initialStatistics(network),
    moment_1: new Float64Array(network.parameterCount),
    moment_2: new Float64Array(network.parameterCount),
  };
  for (const [i, loss] of expected.losses.entries()) {
    const step = drawStep();
    const result = await run({
      ...state,
      step_size: [adamStepSize(1e-3, i + 1)],
      x: step.x,
      targets: targetsOf(step.labels, fixture.classes, options.weights),
      ...maskFeeds(step),
    });
    expectNear(result.loss!.values[0]!, loss, options.lossTolerance, `loss of step ${i + 1}`);
    state = Object.fromEntries(Object.keys(state).map((name) => [name, result[`next_${name}`]!.values]));
  }
  const last = (name: string) => Array.from(state[name]!);
  expectSummaries(summaries(last("parameters"), network.parameters, 8), expected.parameters, options.tolerance);
  expectSummaries(summaries(last("statistics"), network.statistics, 8), expected.statistics, options.tolerance);
}

describe.each(names)("%s against PyTorch", (name) => {
  const fixture = readFixture<SmallSize>(small[name]);
  const { trajectory, weighted_trajectory, class_weights: weights } = fixture;

  it("has PyTorch's parameters, by name and shape", () => {
    for (const { time_steps, channels, classes, parameters } of [fixture, readFixture<FullSize>(full[name])]) {
      const input = { type: "float32", shape: [2, time_steps, channels] } as const;
      const network = describeNetworkParameters(presetNetwork(name, classes), input);
      const shapes = network.parameters.map((parameter) => [parameter.name, parameter.shape]);
      expect(Object.fromEntries(shapes)).toEqual(parameters);
      expect(network.masks.map(({ rate }) => rate)).toEqual([0.1, 0.2, 0.2, 0.2, 0.5]);
    }
  });

  it("gives the loss, logits, gradients and running statistics of one step", () =>
    expectStep(presetNetwork(name, fixture.classes), fixture, fixture.plain));

  it("gives the same with class weights", () =>
    expectStep(presetNetwork(name, fixture.classes), fixture, fixture.weighted, weights));

  it("gives the same over windows of 200 x 6", () => {
    const fullSize = readFixture<FullSize>(full[name]);
    return expectStep(presetNetwork(name, fullSize.classes), fullSize, fullSize.plain);
  });

  it("takes ten steps of Adam with dropout", () =>
    expectTrajectory(fixture, trajectory, { type: "float64", lossTolerance: 1e-11, tolerance: 1e-10 }));

  it("takes ten steps of Adam with dropout and class weights", () =>
    expectTrajectory(fixture, weighted_trajectory, {
      type: "float64",
      weights,
      lossTolerance: 1e-10,
      tolerance: 1e-9,
    }));

  // Adam divides by the root of squared gradients, which magnifies float32's rounding errors if the gradients are tiny.
  it("takes ten steps in float32, as training does", () =>
    expectTrajectory(fixture, trajectory, { type: "float32", lossTolerance: 1e-3, tolerance: 1e-3 }));
});

describe("the size of a network", () => {
  const count = (name: (typeof names)[number]) => {
    const network = describeNetworkParameters(presetNetwork(name, 11), { type: "float32", shape: [64, 200, 6] });
    return Object.fromEntries(network.parameters.map(({ name, size }) => [name, size]));
  };
  const total = (sizes: Record<string, number>, prefix = "") =>
    Object.entries(sizes).reduce((sum, [name, size]) => sum + (name.startsWith(prefix) ? size : 0), 0);

  it("is 499,131 parameters for 1dcnn-bilstm, 11 classes and windows of 200 x 6, as in Keras", () => {
    const sizes = count("1dcnn-bilstm");
    expect(total(sizes)).toBe(499_131 - (64 + 128 + 512 + 256 + 128) / 2);
    expect(["conv_1", "conv_2", "lstm_1", "lstm_2", "dense_1", "dense_2"].map((layer) => total(sizes, layer))).toEqual([
      208, 1_056, 49_664, 41_216, 405_536, 363,
    ]);
    expect(["norm_1", "norm_2", "norm_3", "norm_4", "norm_5"].map((layer) => total(sizes, layer))).toEqual([
      32, 64, 256, 128, 64,
    ]);
  });

  it("does not depend on the window's length for compact", () => {
    const sizes = (windowSize: number) =>
      describeNetworkParameters(presetNetwork("compact", 11), { type: "float32", shape: [64, windowSize, 6] })
        .parameterCount;
    expect(sizes(50)).toBe(sizes(400));
  });
});

it("rejects an unknown network", () => {
  expect(() => presetNetwork("lstm" as "compact", 3)).toThrow("unknown network lstm");
});
