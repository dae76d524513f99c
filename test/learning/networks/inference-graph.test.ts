// Compares the logits of the validation graph and the exported graph with PyTorch's logits in inference mode. Both graphs are
// float32, because ONNX Runtime's LSTM has no double kernel.

import { describe, expect, it } from "vitest";
import { buildExportedInferenceGraph, buildInferenceGraph } from "../../../src/learning/networks/inference-graph.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { buildTrainingGradientGraph } from "../../../src/learning/networks/training-graph.ts";
import { drawNetwork, initialStatistics, inputOf, readFixture, type SmallSize, targetsOf } from "./network-fixture.ts";
import { openGraph, runGraph } from "./run-graph.ts";

/** Tolerance for logits of about 1 after two LSTMs in float32. */
const tolerance = 1e-5;

function expectClose(actual: readonly number[] | undefined, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual![i]! - value), `value ${i}`).toBeLessThanOrEqual(tolerance);
  });
}

describe.each(["step", "step-compact"])("the network of %s.json outside of training", (file) => {
  const fixture = readFixture<SmallSize>(file);
  const layers = presetNetwork(fixture.network, fixture.classes);
  const size = { windowSize: fixture.time_steps, channels: fixture.channels };
  const expected = fixture.plain.inference_logits!;

  /**
   * Returns the initial weights and the statistics after one step, from which PyTorch's logits in the fixture were computed.
   */
  async function afterOneStep() {
    const { graph, network } = buildTrainingGradientGraph(layers, inputOf(fixture));
    const { parameters, drawStep } = drawNetwork(fixture, network);
    const { x, labels, masks } = drawStep();
    const { next_statistics } = await runGraph(graph, {
      parameters,
      statistics: initialStatistics(network),
      x,
      targets: targetsOf(labels, fixture.classes),
      ...Object.fromEntries(masks.map((mask, i) => [`mask_${i}`, mask])),
    });
    return { parameters, statistics: next_statistics!.values, x };
  }

  it("has PyTorch's logits and their softmax, over all windows and over one", async () => {
    const { x, ...state } = await afterOneStep();
    const run = await openGraph(buildInferenceGraph(layers, size));
    const all = await run({ ...state, x });
    expect(all.logits!.shape).toEqual([fixture.batch, fixture.classes]);
    expectClose(all.logits!.values, expected.flat());
    const softmax = expected.flatMap((row) => {
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      return row.map((logit) => Math.exp(logit) / total);
    });
    expectClose(all.probabilities!.values, softmax);
    const one = await run({ ...state, x: x.slice(0, fixture.time_steps * fixture.channels) });
    expectClose(one.logits!.values, expected[0]!);
  });

  it("has the same values with the layers that training uses", async () => {
    const { x, ...state } = await afterOneStep();
    const run = await openGraph(buildInferenceGraph(layers, { ...size, differentiable: true }));
    const window = fixture.time_steps * fixture.channels;
    for (const [n, logits] of expected.entries()) {
      expectClose((await run({ ...state, x: x.slice(n * window, (n + 1) * window) })).logits!.values, logits);
    }
  });

  it("contains its scaler and its temperature", async () => {
    const { x, parameters, statistics } = await afterOneStep();
    const [center, scale, temperature] = [[9.81, -3, 0.5], [2, 0.25, 10], 2.5];
    const graph = buildExportedInferenceGraph(layers, size, {
      parameters: Float32Array.from(parameters),
      statistics: Float32Array.from(statistics),
      center,
      scale,
      temperature,
    });
    expect(graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["windows", ["batch", fixture.time_steps, fixture.channels]],
    ]);
    const windows = x.map((value, i) => value * scale[i % 3]! + center[i % 3]!);
    const { logits, probabilities } = await runGraph(graph, { windows });
    expectClose(
      logits!.values,
      expected.flat().map((logit) => logit / temperature),
    );
    const sums = expected.map((_, n) =>
      probabilities!.values.slice(n * fixture.classes, (n + 1) * fixture.classes).reduce((sum, p) => sum + p, 0),
    );
    expectClose(
      sums,
      expected.map(() => 1),
    );
  });
});
