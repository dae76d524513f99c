// Compares one of a network's training steps with a fixture.

import { expect } from "vitest";
import type { Layer } from "../../../src/learning/networks/layer-context.ts";
import { buildTrainingGradientGraph } from "../../../src/learning/networks/training-graph.ts";
import {
  drawNetwork,
  type FullSize,
  initialStatistics,
  inputOf,
  type Step,
  type StepData,
  type Summary,
  summaries,
  targetsOf,
} from "./network-fixture.ts";
import { runGraph } from "./run-graph.ts";

export const maskFeeds = ({ masks }: StepData): Record<string, readonly number[]> =>
  Object.fromEntries(masks.map((mask, i) => [`mask_${i}`, mask]));

export function expectNear(actual: number, expected: number, tolerance: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual}, expected ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** Norm below which a gradient may be rounding error. For example, the gradient of a bias before a batch normalization is 0. */
const leastNorm = 1e-3;

/** Expects the values of each tensor to differ from the fixture's by at most `tolerance`, relative to the tensor's norm. */
export function expectSummaries(
  actual: Readonly<Record<string, Summary>>,
  expected: Readonly<Record<string, Summary>>,
  tolerance: number,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { norm, sum, samples }] of Object.entries(expected)) {
    const within = tolerance * Math.max(norm, leastNorm);
    expectNear(actual[name]!.norm, norm, within, `${name}, norm`);
    expectNear(actual[name]!.sum, sum, within * Math.sqrt(samples.length), `${name}, sum`);
    samples.forEach((sample, i) => {
      expectNear(actual[name]!.samples[i]!, sample, within, `${name}, sample ${i}`);
    });
  }
}

/** Expects the step in a fixture: its loss, logits, gradients and running statistics. */
export async function expectStep(
  layers: Layer,
  fixture: Omit<FullSize, "network">,
  expected: Step,
  weights?: readonly number[],
): Promise<void> {
  const { graph, network } = buildTrainingGradientGraph(layers, inputOf(fixture));
  const { parameters, drawStep } = drawNetwork(fixture, network);
  const step = drawStep();
  expect(step.labels).toEqual(expected.labels);
  const result = await runGraph(graph, {
    parameters,
    ...(network.statisticCount > 0 && { statistics: initialStatistics(network) }),
    x: step.x,
    targets: targetsOf(step.labels, fixture.classes, weights),
    ...maskFeeds(step),
  });
  expectNear(result.loss!.values[0]!, expected.loss, 1e-12, "loss");
  expect(result.logits!.shape).toEqual([fixture.batch, fixture.classes]);
  expected.logits.flat().forEach((logit, i) => {
    expectNear(result.logits!.values[i]!, logit, 1e-12, `logit ${i}`);
  });
  const samples = Object.values(expected.gradients)[0]!.samples.length;
  expectSummaries(summaries(result.gradient!.values, network.parameters, samples), expected.gradients, 1e-11);
  const statistics = result.next_statistics?.values ?? [];
  expectSummaries(summaries(statistics, network.statistics, samples), expected.statistics, 1e-12);
}
