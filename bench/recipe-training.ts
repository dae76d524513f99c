// Training recipes that `train` does not offer, for experiments: a fixed number of steps in which the learning rate rises
// linearly and then falls along a half cosine (Loshchilov and Hutter 2017), averaged weights, and rotation by smaller or
// larger angles. There is no early stopping, so a fit learns from everyone except its test people. Dimensions: B windows per
// batch, T samples, C channels, K classes.

import { adamStepSize } from "../src/learning/networks/adam.ts";
import { drawNetworkParameters } from "../src/learning/networks/parameters.ts";
import type { NetworkName } from "../src/learning/networks/presets.ts";
import { fillDropoutMask } from "../src/learning/training/dropout-mask.ts";
import { fitStateFrom } from "../src/learning/training/fit-state.ts";
import { TrainingSession, ValidationSession } from "../src/learning/training/network-session.ts";
import { rotateWindows } from "../src/learning/training/rotate-windows.ts";
import { gatherTrainingBatchTargets, scaleTrainingBatch } from "../src/learning/training/training-batch.ts";
import type { Rng } from "../src/random.ts";
import { gatherWindows } from "../src/signals/data/gather-windows.ts";
import { fitScaler } from "../src/signals/data/scaler.ts";
import { argmaxRows } from "../src/stats/argmax-rows.ts";
import type { QualityTask } from "./quality-task.ts";

export interface Recipe {
  readonly network: NetworkName;
  readonly steps: number;
  /** The highest learning rate. */
  readonly learningRate: number;
  /** Number of steps until the highest learning rate is reached. */
  readonly warmup: number;
  /** Share of the previous average that each step keeps. */
  readonly emaMomentum: number;
  /** Standard deviation of the angle of rotation, in degrees; 0 for no rotation. */
  readonly rotation: number;
}

export const defaultRecipe: Recipe = {
  network: "compact-standardized",
  steps: 600,
  learningRate: 0.002,
  warmup: 60,
  emaMomentum: 0.99,
  rotation: 40,
};

const batchSize = 64;
const predictedAtOnce = 256;

/** Trains on the rows `train`, and returns the predicted classes of the rows `test`. */
export async function trainByRecipe(
  recipe: Recipe,
  { data: { windows, sensors }, config }: Pick<QualityTask, "data" | "config">,
  { train, test }: { readonly train: Int32Array; readonly test: Int32Array },
  rng: Rng,
): Promise<number[]> {
  const { windowSize, channels, classes } = windows;
  const sizes = { windowSize, channels: channels.length };
  const shape = { ...sizes, classes: classes.length };
  const scaler = fitScaler(config.normalize, windows, train);
  const triads = sensors.map((sensor) => sensor.channels.map((name) => channels.indexOf(name)));
  const session = await TrainingSession.create(recipe.network, { ...shape, batchSize });
  const { parameters, statistics } = session.network;
  const state = fitStateFrom(
    {
      parameters: drawNetworkParameters(parameters, rng.split("weights")),
      statistics: drawNetworkParameters(statistics, rng.split("weights")),
    },
    recipe.learningRate,
  );
  session.state = state;
  const masks = session.masks.map(({ shape }) => new Uint8Array(shape.reduce((size, d) => size * d, 1)));
  const x = new Float32Array(batchSize * windowSize * channels.length);
  const targets = new Float32Array(batchSize * classes.length);
  let [order, at, epoch] = [new Int32Array(), 0, 0];
  for (let step = 1; step <= recipe.steps; step++) {
    if (at + batchSize > order.length) [order, at] = [rng.split(`order-${++epoch}`).shuffle(Int32Array.from(train)), 0];
    const rows = order.subarray(at, at + batchSize);
    at += batchSize;
    const own = rng.split(`step-${step}`);
    gatherWindows(windows, rows, x);
    if (recipe.rotation > 0) rotateWindows(x, batchSize, sizes, triads, own, (recipe.rotation * Math.PI) / 180);
    scaleTrainingBatch(x, scaler);
    gatherTrainingBatchTargets(windows.labels, rows, null, classes.length, targets);
    for (const [i, { rate }] of session.masks.entries()) fillDropoutMask(masks[i]!, rate, own);
    const stepSize = adamStepSize(scheduledRate(recipe, step), step);
    const { loss } = await session.step({ x, targets, masks, stepSize });
    if (!Number.isFinite(loss)) throw new Error(`the loss became ${loss} in step ${step}`);
    Object.assign(state, session.state);
    const rate = 1 - Math.min(recipe.emaMomentum, (1 + step) / (10 + step));
    moveAverage(state.averageParameters, state.parameters, rate);
    moveAverage(state.averageStatistics, state.statistics, rate);
  }
  await session.release();
  const validation = await ValidationSession.create(recipe.network, shape);
  const weights = { parameters: state.averageParameters, statistics: state.averageStatistics };
  const predicted: number[] = [];
  for (let start = 0; start < test.length; start += predictedAtOnce) {
    const rows = test.subarray(start, start + predictedAtOnce);
    const asked = new Float32Array(rows.length * windowSize * channels.length);
    gatherWindows(windows, rows, asked);
    scaleTrainingBatch(asked, scaler);
    predicted.push(...argmaxRows(await validation.run(weights, asked), classes.length));
  }
  await validation.release();
  return predicted;
}

/** @param step counted from 1 */
export function scheduledRate({ steps, learningRate, warmup }: Recipe, step: number): number {
  if (step <= warmup) return (learningRate * step) / warmup;
  return learningRate * 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / (steps - warmup))) + 1e-6;
}

function moveAverage(average: Float32Array, values: Float32Array, rate: number): void {
  for (let i = 0; i < average.length; i++) average[i] = average[i]! + rate * (values[i]! - average[i]!);
}
