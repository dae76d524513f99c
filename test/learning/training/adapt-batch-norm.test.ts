// Compares AdaBN with a training step on one batch, and with the first layers computed in plain loops over all windows.
import { beforeAll, describe, expect, it } from "vitest";
import { batchNormMomentum } from "../../../src/learning/networks/layers.ts";
import {
  describeNetworkParameters,
  drawNetworkParameters,
  type NetworkSpec,
} from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { adaptBatchNorm } from "../../../src/learning/training/adapt-batch-norm.ts";
import { fillDropoutMask } from "../../../src/learning/training/dropout-mask.ts";
import type { NetworkWeights } from "../../../src/learning/training/fit-state.ts";
import { TrainingSession } from "../../../src/learning/training/network-session.ts";
import { scaleTrainingBatch } from "../../../src/learning/training/training-batch.ts";
import { Rng } from "../../../src/random.ts";
import { gatherWindows } from "../../../src/signals/data/gather-windows.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { toyFit, toyScaler, toyWindows } from "./toy.ts";

const [T, C] = [24, 3];
const network: NetworkSpec = describeNetworkParameters(presetNetwork("compact", 2), {
  type: "float32",
  shape: [1, T, C],
});
const weights: NetworkWeights = {
  parameters: drawNetworkParameters(network.parameters, Rng.fromSeed(2)),
  statistics: drawNetworkParameters(network.statistics, Rng.fromSeed(2)),
};
const rowsUpTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

function statistic({ statistics }: NetworkWeights, name: string): Float32Array {
  const { offset, size } = network.statistics.find((spec) => spec.name === name)!;
  return statistics.slice(offset, offset + size);
}

/** Returns windows with a constant added to one channel. */
function shifted(windows: WindowSet, channel: number, amount: number): WindowSet {
  const samples = new Float32Array(new SharedArrayBuffer(windows.samples.byteLength));
  samples.set(windows.samples.map((value, i) => (i % C === channel ? value + amount : value)));
  return { ...windows, samples };
}

/** Returns the mean and the biased variance, over windows and time, of the input of the first normalization, relu(conv(x)). */
function firstLayer(windows: WindowSet, rows: Int32Array): { mean: number[]; variance: number[] } {
  const parameter = (name: string) => {
    const { offset, shape, size } = network.parameters.find((spec) => spec.name === name)!;
    return { shape, values: weights.parameters.subarray(offset, offset + size) };
  };
  const [kernel, bias] = [parameter("conv_1/kernel"), parameter("conv_1/bias")];
  const [width, , filters] = kernel.shape as [number, number, number];
  const seen: number[][] = Array.from({ length: filters }, () => []);
  for (const row of rows) {
    for (let t = 0; t + width <= T; t++) {
      for (let f = 0; f < filters; f++) {
        let sum = bias.values[f]!;
        for (let i = 0; i < width; i++) {
          for (let c = 0; c < C; c++) {
            const raw = windows.samples[(windows.starts[row]! + t + i) * C + c]!;
            sum += ((raw - toyScaler.center[c]!) / toyScaler.scale[c]!) * kernel.values[(i * C + c) * filters + f]!;
          }
        }
        seen[f]!.push(Math.max(0, sum));
      }
    }
  }
  const average = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
  const mean = seen.map(average);
  return { mean, variance: seen.map((values, f) => average(values.map((value) => (value - mean[f]!) ** 2))) };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!), `${i}`).toBeLessThan(tolerance * Math.max(1, Math.abs(expected[i]!)));
  }
}

describe("adapted weights", () => {
  const windows = toyWindows(64);
  let adapted: NetworkWeights;
  beforeAll(async () => {
    adapted = await adaptBatchNorm(weights, ...toyFit({ windows }), rowsUpTo(64));
  });

  it("have unchanged parameters, in an array of their own", () => {
    expect(adapted.parameters).toEqual(weights.parameters);
    expect(adapted.parameters).not.toBe(weights.parameters);
    expect(weights.statistics).toEqual(drawNetworkParameters(network.statistics, Rng.fromSeed(2)));
  });

  it("have the first layer's mean and variance over all windows, which are read in batches", () => {
    const { mean, variance } = firstLayer(windows, rowsUpTo(64));
    expectClose(statistic(adapted, "norm_1/moving_mean"), mean);
    expectClose(statistic(adapted, "norm_1/moving_variance"), variance);
  });

  it("have variances that are not negative, and finite numbers alone", () => {
    for (const { name } of network.statistics) {
      const values = statistic(adapted, name);
      expect(values.every(Number.isFinite)).toBe(true);
      if (name.endsWith("variance")) expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    }
  });

  it("are the same for the same seed, and different for a different one", async () => {
    expect(await adaptBatchNorm(weights, ...toyFit({ windows }), rowsUpTo(64))).toEqual(adapted);
    const fit = toyFit({ windows, rng: Rng.fromSeed(6).state });
    expect((await adaptBatchNorm(weights, ...fit, rowsUpTo(64))).statistics).not.toEqual(adapted.statistics);
  });

  it("depend neither on the labels nor on earlier statistics or other windows", async () => {
    const labels = new Int32Array(80).fill(-1);
    const more = { ...toyWindows(80), labels };
    more.samples.set(windows.samples);
    more.samples.fill(1e6, 64 * T * C);
    const before = { parameters: weights.parameters, statistics: weights.statistics.map((value) => 3 + value) };
    expect(await adaptBatchNorm(before, ...toyFit({ windows: more }), rowsUpTo(64))).toEqual(adapted);
  });

  it("have the statistics that a training step on the same batch reports", async () => {
    const [plan] = toyFit({ windows, batchSize: 16 });
    const { statistics } = await adaptBatchNorm(weights, plan, windows, rowsUpTo(16));
    const session = await TrainingSession.create("compact", { batchSize: 16, windowSize: T, channels: C, classes: 2 });
    const rng = Rng.fromState(plan.rng);
    const order = rng.split("order").shuffle(rowsUpTo(16));
    const own = rng.split("0");
    const masks = session.masks.map(({ shape, rate }) => {
      const mask = new Uint8Array(shape.reduce((size, d) => size * d, 1));
      fillDropoutMask(mask, rate, own);
      return mask;
    });
    const x = new Float32Array(16 * T * C);
    gatherWindows(windows, order, x);
    scaleTrainingBatch(x, toyScaler);
    const moment = () => new Float32Array(network.parameterCount);
    session.state = { ...weights, moment1: moment(), moment2: moment() };
    await session.step({ x, targets: new Float32Array(16 * 2).fill(0.5), masks, stepSize: 0.001 });
    const reported = session.state.statistics.map(
      (value, i) => (value - batchNormMomentum * weights.statistics[i]!) / (1 - batchNormMomentum),
    );
    await session.release();
    expectClose(statistics, reported);
  });

  it("follow the data: if a channel is shifted, the first layer's means become those of the shifted windows", async () => {
    const other = shifted(windows, 1, 4);
    const { mean, variance } = firstLayer(other, rowsUpTo(64));
    const moved = await adaptBatchNorm(weights, ...toyFit({ windows: other }), rowsUpTo(64));
    expectClose(statistic(moved, "norm_1/moving_mean"), mean);
    expectClose(statistic(moved, "norm_1/moving_variance"), variance);
    const [before, after] = [adapted, moved].map((own) => statistic(own, "norm_1/moving_mean"));
    expect(Math.max(...after!.map((value, i) => Math.abs(value - before![i]!)))).toBeGreaterThan(0.3);
  });
});

it("an incomplete last batch is left out, unless it is the only one", async () => {
  const windows = toyWindows(40);
  const [plan] = toyFit({ windows });
  const [order] = [Rng.fromState(plan.rng).split("order").shuffle(rowsUpTo(40))];
  const adapted = await adaptBatchNorm(weights, plan, windows, rowsUpTo(40));
  expectClose(statistic(adapted, "norm_1/moving_mean"), firstLayer(windows, order!.subarray(0, 32)).mean);
  const few = await adaptBatchNorm(weights, plan, windows, rowsUpTo(5));
  expectClose(statistic(few, "norm_1/moving_mean"), firstLayer(windows, rowsUpTo(5)).mean);
  expectClose(statistic(few, "norm_1/moving_variance"), firstLayer(windows, rowsUpTo(5)).variance);
});

it("rejects fewer than two windows", async () => {
  const fit = toyFit({ windows: toyWindows(4) });
  for (const count of [0, 1]) {
    await expect(adaptBatchNorm(weights, ...fit, rowsUpTo(count))).rejects.toThrow(/at least two windows/);
  }
  await expect(adaptBatchNorm(weights, ...fit, rowsUpTo(2))).resolves.toBeDefined();
});
