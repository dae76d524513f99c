// The content of test/fixtures/network/step*.json and full-size*.json, and the inputs that it was computed from. The generator
// of these inputs is described in test/fixtures/scripts/network.py. There are T time steps, C channels, K classes and N
// windows.

import { readFileSync } from "node:fs";
import type { NetworkSpec, ParameterSpec } from "../../../src/learning/networks/parameters.ts";
import type { NetworkName } from "../../../src/learning/networks/presets.ts";
import type { NetworkInput } from "../../../src/learning/networks/training-graph.ts";

export interface Summary {
  norm: number;
  sum: number;
  /** Values at positions that the generator draws. */
  samples: number[];
}

export interface Step {
  loss: number;
  labels: number[];
  logits: number[][];
  gradients: Record<string, Summary>;
  statistics: Record<string, Summary>;
  inference_logits?: number[][];
}

export interface Trajectory {
  losses: number[];
  parameters: Record<string, Summary>;
  statistics: Record<string, Summary>;
}

export interface FullSize {
  network: NetworkName;
  time_steps: number;
  channels: number;
  classes: number;
  batch: number;
  parameters: Record<string, number[]>;
  plain: Step;
}

export interface SmallSize extends FullSize {
  class_weights: number[];
  weighted: Step;
  trajectory: Trajectory;
  weighted_trajectory: Trajectory;
}

export function readFixture<T extends object>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/network/${name}.json`, import.meta.url), "utf8"));
}

export function inputOf({ time_steps, channels, classes, batch }: Omit<FullSize, "network">): NetworkInput {
  return { batchSize: batch, windowSize: time_steps, channels, classes, type: "float64" };
}

class Lcg {
  #state: number;

  constructor(state: number) {
    this.#state = state;
  }

  uniform(): number {
    this.#state = (this.#state * 1664525 + 1013904223) % 2 ** 32;
    return this.#state / 2 ** 32;
  }

  array(size: number): Float64Array {
    return Float64Array.from({ length: size }, () => this.uniform());
  }
}

export interface StepData {
  /** [N, T, C] */
  readonly x: Float64Array;
  readonly labels: readonly number[];
  readonly masks: readonly number[][];
}

export interface DrawnNetwork {
  /** [P] */
  readonly parameters: Float64Array;
  /** Yields the data of each step in turn. */
  readonly drawStep: () => StepData;
}

export function drawNetwork(fixture: Omit<FullSize, "network">, network: NetworkSpec): DrawnNetwork {
  const lcg = new Lcg(12345);
  const parameters = new Float64Array(network.parameterCount);
  for (const [name, shape] of Object.entries(fixture.parameters)) {
    const spec = network.parameters.find((parameter) => parameter.name === name);
    if (spec === undefined) throw new Error(`the network has no parameter ${name}`);
    const rows = size(shape.slice(0, -1));
    const values = lcg.array(size(shape)).map((u) => {
      if (name.endsWith("kernel")) return (2 * u - 1) * Math.sqrt(3 / rows);
      return (2 * u - 1) * 0.1 + (name.endsWith("gamma") ? 1 : 0);
    });
    parameters.set(values, spec.offset);
  }
  const drawStep = (): StepData => {
    const { batch, time_steps, channels, classes } = fixture;
    const x = lcg.array(batch * time_steps * channels).map((u) => 2 * (2 * u - 1));
    const labels = Array.from(lcg.array(batch), (u) => Math.floor(u * classes));
    return { x, labels, masks: network.masks.map(({ shape, rate }) => drawMask(lcg, shape, rate)) };
  };
  return { parameters, drawStep };
}

/** Masks are drawn as [N, T, C] in the fixture; the network's sequences are [T, N, C]. */
function drawMask(lcg: Lcg, shape: readonly number[], rate: number): number[] {
  const drawn = Array.from(lcg.array(size(shape)), (u) => Number(u >= rate));
  if (shape.length === 2) return drawn;
  const [steps, windows, channels] = shape as [number, number, number];
  return Array.from(drawn, (_, i) => {
    const [t, n, c] = [Math.floor(i / channels / windows), Math.floor(i / channels) % windows, i % channels];
    return drawn[(n * steps + t) * channels + c]!;
  });
}

/** Returns one-hot rows [N, K], multiplied by the weight of the class. */
export function targetsOf(labels: readonly number[], classes: number, weights?: readonly number[]): number[] {
  return labels.flatMap((label) =>
    Array.from({ length: classes }, (_, k) => (k === label ? (weights === undefined ? 1 : weights[k]!) : 0)),
  );
}

/** Returns the running statistics [S] at the start of training: means are 0, and variances are 1. */
export function initialStatistics(network: NetworkSpec): Float64Array {
  const statistics = new Float64Array(network.statisticCount);
  for (const { name, offset, size: length } of network.statistics) {
    if (name.endsWith("moving_variance")) statistics.fill(1, offset, offset + length);
  }
  return statistics;
}

/** Summarises the tensors in a vector in the same way as the fixture does. */
export function summaries(
  vector: readonly number[],
  specs: readonly ParameterSpec[],
  samples: number,
): Record<string, Summary> {
  return Object.fromEntries(
    specs.map(({ name, offset, size: length }) => {
      const values = vector.slice(offset, offset + length);
      const lcg = new Lcg(7);
      return [
        name,
        {
          norm: Math.sqrt(values.reduce((sum, v) => sum + v * v, 0)),
          sum: values.reduce((sum, v) => sum + v, 0),
          samples: Array.from({ length: samples }, () => values[Math.floor(lcg.uniform() * length)]!),
        },
      ];
    }),
  );
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
