// AdaBN (Li, Wang, Shi, Hou and Liu 2018): a network works better for other people if its batch normalization takes the mean
// and variance from their windows rather than from the training data. The adaptation takes one pass over unlabelled windows and
// changes no weights. B windows per batch, S statistics.

import { Rng } from "../../random.ts";
import { gatherWindows } from "../../signals/data/gather-windows.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import { ensembleMembers } from "../networks/ensemble-members.ts";
import { batchNormMomentum } from "../networks/layers.ts";
import { fillDropoutMask } from "./dropout-mask.ts";
import { divideEnsembleWeights, joinEnsembleWeights } from "./ensemble-weights.ts";
import type { FitPlan } from "./fit-plan.ts";
import type { NetworkWeights } from "./fit-state.ts";
import { isEnsemble } from "./is-ensemble.ts";
import { TrainingSession } from "./network-session.ts";
import { scaleTrainingBatch } from "./training-batch.ts";

/**
 * Returns the weights, with batch-normalization statistics computed from the windows in `rows`. Means are averaged over
 * batches; variances combine the variance within batches with that between batch means. Dropout is drawn as in training,
 * because it affects the training statistics as well. In an ensemble, the member with batch normalization is adapted.
 *
 * @param plan the fit's network, scaler and batch size; `rng` is the state of a generator that the fit did not use
 * @param windows the windows that the plan refers to
 * @param rows at least two windows; an incomplete last batch is omitted
 * @throws RangeError if there are fewer than two windows
 */
export async function adaptBatchNorm(
  weights: NetworkWeights,
  { network, scaler, ...plan }: Pick<FitPlan, "network" | "scaler" | "batchSize" | "rng">,
  windows: WindowSet,
  rows: Int32Array,
): Promise<NetworkWeights> {
  if (isEnsemble(network)) {
    const { members, mixture } = divideEnsembleWeights(network, weights, windows)!;
    const [compact, ...others] = members;
    const adapted = await adaptBatchNorm(
      compact!,
      { ...plan, scaler, network: ensembleMembers[network][0] },
      windows,
      rows,
    );
    return joinEnsembleWeights([adapted, ...others], mixture);
  }
  if (rows.length < 2) throw new RangeError(`adaptBatchNorm: expected at least two windows, got ${rows.length}`);
  const batchSize = Math.min(plan.batchSize, rows.length);
  const sizes = {
    batchSize,
    windowSize: windows.windowSize,
    channels: windows.channels.length,
    classes: windows.classes.length,
  };
  const session = await TrainingSession.create(network, sizes);
  const rng = Rng.fromState(plan.rng);
  const order = rng.split("order").shuffle(Int32Array.from(rows));
  const batches: Float32Array[] = [];
  try {
    const { parameterCount, statisticCount, statistics } = session.network;
    const zeros = new Float32Array(parameterCount);
    const x = new Float32Array(batchSize * sizes.windowSize * sizes.channels);
    const targets = new Float32Array(batchSize * sizes.classes);
    const masks = session.masks.map(({ shape }) => new Uint8Array(shape.reduce((size, d) => size * d, 1)));
    for (let start = 0; start + batchSize <= order.length; start += batchSize) {
      gatherWindows(windows, order.subarray(start, start + batchSize), x);
      scaleTrainingBatch(x, scaler);
      const own = rng.split(`${start}`);
      for (const [i, { rate }] of session.masks.entries()) fillDropoutMask(masks[i]!, rate, own);
      // Starting from zeros, one step yields (1 - batchNormMomentum) times the batch's own statistics.
      session.state = {
        parameters: weights.parameters,
        moment1: zeros,
        moment2: zeros,
        statistics: new Float32Array(statisticCount),
      };
      await session.step({ x, targets, masks, stepSize: 0 });
      batches.push(session.state.statistics.map((value) => value / (1 - batchNormMomentum)));
    }
    const adapted = new Float32Array(statisticCount);
    for (const { name, offset, size } of statistics) {
      const isVariance = name.endsWith("variance");
      const meanOffset = isVariance
        ? statistics.find((other) => other.name === name.replace(/variance$/, "mean"))!.offset
        : offset;
      for (let i = 0; i < size; i++) {
        const mean = averageBatchNorm(batches.map((batch) => batch[offset + i]!));
        const means = batches.map((batch) => batch[meanOffset + i]!);
        const middle = averageBatchNorm(means);
        const between = averageBatchNorm(means.map((value) => (value - middle) ** 2));
        adapted[offset + i] = isVariance ? mean + between : mean;
      }
    }
    return { parameters: Float32Array.from(weights.parameters), statistics: adapted };
  } finally {
    await session.release();
  }
}

function averageBatchNorm(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
