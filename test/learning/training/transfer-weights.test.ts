// Reads weights from a model.onnx and transfers them to a network with different classes. The logits of classes that both
// networks have must not change, because each class has its own column in the last layer.
import { describe, expect, it } from "vitest";
import { exportedWeights } from "../../../src/learning/networks/exported-weights.ts";
import { buildInferenceGraph } from "../../../src/learning/networks/inference-graph.ts";
import { describeNetworkParameters, drawNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { type NetworkName, presetNetwork } from "../../../src/learning/networks/presets.ts";
import { exportNetwork } from "../../../src/learning/training/export-network.ts";
import { transferWeights } from "../../../src/learning/training/transfer-weights.ts";
import { Rng } from "../../../src/random.ts";
import { runGraph } from "../networks/run-graph.ts";
import { toyScaler } from "./toy.ts";

const [windowSize, channels] = [24, ["Ax", "Ay", "Az"]];
const sizes = { windowSize, channels: channels.length };

function describeFor(network: NetworkName, classes: number) {
  return describeNetworkParameters(presetNetwork(network, classes), {
    type: "float32",
    shape: [1, windowSize, channels.length],
  });
}

function drawn(network: "compact" | "1dcnn-bilstm", classes: number) {
  const spec = describeFor(network, classes);
  const rng = Rng.fromSeed(5);
  const statistics = drawNetworkParameters(spec.statistics, rng.split("statistics"));
  return { parameters: drawNetworkParameters(spec.parameters, rng.split("parameters")), statistics };
}

async function logitsOf(
  network: "compact" | "1dcnn-bilstm",
  classes: number,
  weights: { parameters: Float32Array; statistics: Float32Array },
): Promise<number[][]> {
  const rng = Rng.fromSeed(9);
  const x = Array.from({ length: 4 * windowSize * 3 }, () => rng.normal());
  const graph = buildInferenceGraph(presetNetwork(network, classes), sizes);
  const { logits } = await runGraph(graph, {
    parameters: Array.from(weights.parameters),
    statistics: Array.from(weights.statistics),
    x,
  });
  return [0, 1, 2, 3].map((row) => logits!.values.slice(row * classes, (row + 1) * classes) as number[]);
}

describe("the head of minirocket, alone or in an ensemble", () => {
  it.each(["minirocket", "auto"] as const)("gives classes that it does not know a score of -1: %s", async (network) => {
    const spec = describeFor(network, 2);
    const weights = { parameters: new Float32Array(spec.parameterCount).fill(0.5), statistics: new Float32Array() };
    const classes = { from: ["sit", "walk"], to: ["walk", "jump", "sit"] };
    const { parameters } = await transferWeights(weights, { network, ...sizes }, classes, Rng.fromSeed(1));
    const [kernel, bias] = describeFor(network, 3)
      .parameters.filter(({ name }) => /(^|minirocket\/)head\//.test(name))
      .map(({ offset, size }) => Array.from(parameters.subarray(offset, offset + size)));
    // The head scales scores by 4, so a score of -1 is a logit of -4.
    expect(bias).toEqual([0.5, -4, 0.5]);
    expect(kernel!.every((weight, i) => weight === (i % 3 === 1 ? 0 : 0.5))).toBe(true);
  });
});

describe.each(["compact", "1dcnn-bilstm"] as const)("the weights of %s", (network) => {
  it("come back from model.onnx unchanged", async () => {
    const weights = drawn(network, 4);
    const bytes = await exportNetwork(
      { network, ...weights, scaler: toyScaler, temperature: 1.7 },
      { ...sizes, channels, classes: ["a", "b", "c", "d"], samplingRateHz: 20 },
    );
    expect(exportedWeights(bytes, describeFor(network, 4))).toEqual(weights);
    expect(() => exportedWeights(bytes, describeFor(network, 5))).toThrow(/expected a vector of \d+ parameters/);
  });

  it("keep the logits of known classes in any order, and draw those of new ones", async () => {
    const weights = drawn(network, 3);
    const before = await logitsOf(network, 3, weights);
    const classes = { from: ["run", "sit", "walk"], to: ["walk", "jump", "run"] };
    const transferred = await transferWeights(weights, { network, ...sizes }, classes, Rng.fromSeed(1));
    const after = await logitsOf(network, 3, { ...transferred });
    for (const [row, logits] of after.entries()) {
      expect(logits[0]).toBeCloseTo(before[row]![2]!, 5);
      expect(logits[2]).toBeCloseTo(before[row]![0]!, 5);
      expect(Math.abs(logits[1]! - before[row]![1]!)).toBeGreaterThan(1e-4);
    }
    const fewer = await transferWeights(weights, { network, ...sizes }, { ...classes, to: ["sit"] }, Rng.fromSeed(1));
    expect((await logitsOf(network, 1, fewer)).map(([logit]) => logit)).toEqual(
      before.map((logits) => expect.closeTo(logits[1]!, 5)),
    );
  });
});
