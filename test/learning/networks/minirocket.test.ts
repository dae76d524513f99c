// Compares the kernels with those of aeon's MiniRocket (test/fixtures/scripts/minirocket.py). The fixture's samples are
// multiples of 1/8, so the outputs of the kernels are exact, and the counts must be equal.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LayerContext } from "../../../src/learning/networks/layer-context.ts";
import { miniRocketChannels, miniRocketCounts, miniRocketNames } from "../../../src/learning/networks/minirocket.ts";
import {
  kernelDilations,
  kernelFeatureCount,
  kernelGroups,
  kernelPlaces,
} from "../../../src/learning/networks/minirocket-kernels.ts";
import { Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { describeNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { buildTrainingGradientGraph } from "../../../src/learning/networks/training-graph.ts";
import { drawKernelBiases, drawKernelChannels } from "../../../src/learning/training/draw-kernels.ts";
import { Rng } from "../../../src/random.ts";
import { runGraph } from "./run-graph.ts";

interface Fixture {
  dilations: { window_size: number; dilations: number[]; biases: number[] }[];
  features: {
    windows: number;
    channels: number;
    time: number;
    samples: number[];
    seen: string;
    biases: string;
    counts: string;
  };
}

const { dilations, features }: Fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/minirocket.json", import.meta.url), "utf8"),
);
const { windows, channels, time } = features;
const samples = Float32Array.from(features.samples, (value) => value / 8);
const seen = Buffer.from(features.seen, "base64");
const counts = Buffer.from(features.counts, "base64");
const biases = new Float32Array(Uint8Array.from(Buffer.from(features.biases, "base64")).buffer);
const groups = kernelGroups(time);
const featureCount = kernelFeatureCount(groups);

/** For each group, bias and kernel in Tidemark's order, the feature's index in aeon's order, and aeon's group and kernel. */
const places = groups.flatMap((group, index) => {
  const dilation = Math.floor(index / 2);
  const perKernel = group.levels[0]!.length;
  const first = groups
    .slice(0, 2 * dilation)
    .reduce((sum, { kernels, levels }) => sum + kernels.length * levels[0]!.length, 0);
  return Array.from({ length: perKernel }, (_, bias) =>
    group.kernels.map((kernel) => ({ index, dilation, kernel, feature: first + kernel * perKernel + bias })),
  ).flat();
});

/** Returns the channels that each kernel of a group uses in aeon, [kernels, C]. */
function aeonChannels(index: number): Float32Array {
  const at = (kernel: number): number => (Math.floor(index / 2) * kernelPlaces.length + kernel) * channels;
  return Float32Array.from(groups[index]!.kernels.flatMap((k) => [...seen.subarray(at(k), at(k) + channels)]));
}

function aeonBiases(index: number): Float32Array {
  return Float32Array.from(places.filter((place) => place.index === index).map(({ feature }) => biases[feature]!));
}

describe("the kernels", () => {
  it.each(dilations)("have aeon's dilations and biases in windows of $window_size", (expected) => {
    const found = kernelDilations(expected.window_size);
    expect(found.map(({ dilation }) => dilation)).toEqual(expected.dilations);
    expect(found.map(({ biases: count }) => count)).toEqual(expected.biases);
    expect(kernelFeatureCount(kernelGroups(expected.window_size))).toBe(9996);
  });

  it("have aeon's biases: quantiles of their padded output on a window", () => {
    const window = samples.subarray(0, time * channels);
    for (const [index, group] of groups.entries()) {
      const found = drawKernelBiases(group, aeonChannels(index), () => window);
      for (const [i, expected] of aeonBiases(index).entries()) {
        expect(Math.abs(found[i]! - expected), `group ${index}, bias ${i}`).toBeLessThanOrEqual(
          2e-6 * (1 + Math.abs(expected)),
        );
      }
    }
  });

  it("see at least one channel, every subset's size about as often as aeon draws it, and never more than nine", () => {
    const sizes = new Array<number>(13).fill(0);
    const rng = Rng.fromSeed(1);
    for (let round = 0; round < 50; round++) {
      for (const group of groups) {
        const drawn = drawKernelChannels(group, { count: 12, used: 12 }, rng);
        for (let k = 0; k < group.kernels.length; k++)
          sizes[drawn.subarray(k * 12, (k + 1) * 12).reduce((a, b) => a + b)]!++;
      }
    }
    const total = sizes.reduce((a, b) => a + b);
    // The probability that a kernel has n channels is log2((n + 1) / n) / log2(10).
    for (const [n, count] of sizes.entries()) {
      const expected = n === 0 || n > 9 ? 0 : Math.log10((n + 1) / n);
      expect(Math.abs(count / total - expected), `${n} channels`).toBeLessThan(0.02);
    }
    expect(sizes[0]).toBe(0);
    expect(sizes.slice(10)).toEqual([0, 0, 0]);
  });

  it("refuse windows that are shorter than they are", () => {
    expect(() => kernelGroups(8)).toThrow("expected windows of at least 9 samples, got 8");
  });
});

describe("the counts", () => {
  it("are aeon's shares times the length of the output, with its kernels, channels and biases", async () => {
    const graph = new Graph("counts");
    const x = graph.input("x", "float32", ["batch", time, channels]);
    const context = {
      training: false,
      differentiable: false,
      statistic: (name: string, shape: readonly number[]) => {
        const index = groups.findIndex((_, i) => Object.values(miniRocketNames.group(i)).includes(name));
        const isBias = name === miniRocketNames.group(index).biases;
        return graph.constant("float32", shape, isBias ? aeonBiases(index) : aeonChannels(index));
      },
    } as unknown as LayerContext;
    graph.output("counts", miniRocketCounts(context, miniRocketChannels(context, x)));
    const found = (await runGraph(graph, { x: samples })).counts!;
    expect(found.shape).toEqual([windows, featureCount]);
    const expected = Array.from({ length: windows }, (_, w) =>
      places.map(({ feature }) => counts[w * featureCount + feature]!),
    ).flat();
    expect(found.values).toEqual(expected);
  });
});

describe("the network", () => {
  const input = { batchSize: 2, windowSize: time, channels, classes: 3 };
  const layers = presetNetwork("minirocket", 3);
  const network = describeNetworkParameters(layers, { type: "float32", shape: [2, time, channels] });

  it("has one trained layer, and statistics that one training step does not change", async () => {
    expect(network.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ["head/kernel", [featureCount, 3]],
      ["head/bias", [3]],
    ]);
    const rng = Rng.fromSeed(4);
    const draw = (length: number) => Float32Array.from({ length }, () => rng.normal());
    const statistics = draw(network.statisticCount).map((value) => Math.abs(value) + 0.5);
    const parameters = draw(network.parameterCount).map((value) => value / 100);
    const x = samples.subarray(0, 2 * time * channels);
    const targets = [1, 0, 0, 0, 0, 2];
    const { graph } = buildTrainingGradientGraph(layers, input);
    const run = async (weights: Float32Array) => runGraph(graph, { parameters: weights, statistics, x, targets });
    const step = await run(parameters);
    expect(step.next_statistics!.values).toEqual(Array.from(statistics));
    // A central difference of the loss equals the gradient, up to an error of second order in the step.
    const at = network.parameters[1]!.offset;
    const shifted = async (by: number) => (await run(parameters.with(at, parameters[at]! + by))).loss!.values[0]!;
    const slope = ((await shifted(0.01)) - (await shifted(-0.01))) / 0.02;
    expect(step.gradient!.values[at]).toBeCloseTo(slope, 3);
  });
});
