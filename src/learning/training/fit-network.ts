// Fits the network once: epochs of Adam steps over shuffled windows, with validation, a learning-rate schedule, early stopping,
// and a state that can be saved after every step. Terms and rules follow Keras (fit, EarlyStopping, ReduceLROnPlateau,
// use_ema), with two exceptions. The averaged weights are validated and kept, and each epoch omits the windows that do not fill
// a last batch; these differ from epoch to epoch. Epochs are compared by their macro-F1 on the validation part. If there are
// few people, the loss depends mostly on how confident the network is about its errors, and rises while the labels are still
// improving. B windows per batch, T time, C channels, K classes.

import { Rng } from "../../random.ts";
import { gatherWindows } from "../../signals/data/gather-windows.ts";
import type { Scaler } from "../../signals/data/scaler.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import { argmaxRows } from "../../stats/argmax-rows.ts";
import { classificationMetrics } from "../evaluation/classification-metrics.ts";
import { adamStepSize } from "../networks/adam.ts";
import { drawNetworkParameters } from "../networks/parameters.ts";
import type { NetworkInput } from "../networks/training-graph.ts";
import { divergedLoss } from "./diverged.ts";
import { fillDropoutMask } from "./dropout-mask.ts";
import { canStopEarly, type FitPlan, fitLearningRate } from "./fit-plan.ts";
import type { StepProgress } from "./fit-runner.ts";
import { type FitEpoch, type FitState, fitStateFrom, type NetworkWeights } from "./fit-state.ts";
import { type StepSession, TrainingSession, ValidationSession } from "./network-session.ts";
import { rotateWindows } from "./rotate-windows.ts";
import { ShardedTrainingSession } from "./sharded-training-session.ts";
import { gatherTrainingBatchTargets, scaleTrainingBatch } from "./training-batch.ts";

export interface FitOptions {
  /** State of an interrupted fit; ignored if it belongs to another network, such as that of an earlier version. */
  readonly state?: FitState;
  /** Weights of the model that a new fit starts from. */
  readonly start?: NetworkWeights;
  /** Number of threads that process the shards; it does not affect the results. */
  readonly threads: number;
  /** Called after each step; the fit ends if it returns true. */
  readonly shouldStop: () => boolean;
  /** Called after each step; `loss` is the mean over the epoch so far. */
  readonly onStep: (progress: Omit<StepProgress, "windowsPerSecond">) => void;
  readonly onEpoch: (epoch: FitEpoch, state: FitState) => void;
}

export interface FitResult {
  readonly state: FitState;
  /** False if `shouldStop` ended the fit. */
  readonly finished: boolean;
}

/** Fraction of the old average that each step keeps (Keras's ema_momentum); smaller in the first steps. */
const emaMomentum = 0.995;
/** Minimum improvement that counts (Keras's min_delta). */
const minDelta = 1e-4;
const plateau = { patience: 5, factor: 0.5, minLearningRate: 1e-6 } as const;
/** Number of windows per forward pass of the validation network. */
const validationBatch = 256;

/** A plan and its windows, prepared for the training steps. */
interface Fit {
  readonly plan: FitPlan;
  readonly windows: WindowSet;
  readonly trainIndex: Int32Array;
  readonly validationIndex: Int32Array | null;
}

/**
 * Fits a network, or resumes an interrupted fit from its state. The same plan yields the same bytes in either case.
 *
 * @param windows the windows that the plan refers to
 * @throws Diverged if the loss is not finite
 */
export async function fitNetwork(plan: FitPlan, windows: WindowSet, options: FitOptions): Promise<FitResult> {
  const trainIndex = Int32Array.from(plan.trainIndex);
  const validationIndex = plan.validationIndex === null ? null : Int32Array.from(plan.validationIndex);
  const fit: Fit = { plan, windows: windowsLabelledToFitNetwork(windows, plan), trainIndex, validationIndex };
  const batchSize = Math.min(plan.batchSize, trainIndex.length);
  const input = {
    batchSize,
    windowSize: windows.windowSize,
    channels: windows.channels.length,
    classes: windows.classes.length,
  };
  const rng = Rng.fromState(plan.rng);
  const training = await openNetworkFit(plan, input, options.threads);
  const validation = validationIndex === null ? null : await ValidationSession.create(plan.network, input);
  try {
    const isOwn = options.state?.parameters.length === training.network.parameterCount;
    const state = isOwn ? options.state! : startNetworkFit(training, plan, rng, options.start);
    training.state = state;
    const { progress } = state;
    while (!isNetworkFitted(plan, state)) {
      if (!(await fitNetworkEpoch(fit, options, training, state, rng))) return { state, finished: false };
      const epoch = await closeNetworkFitEpoch(
        fit,
        validation,
        state,
        Math.floor(trainIndex.length / batchSize),
        batchSize,
      );
      progress.epochs.push(epoch);
      options.onEpoch(epoch, state);
    }
    return { state, finished: true };
  } finally {
    await training.release();
    await validation?.release();
  }
}

/** The windows, with a plan's pseudo-labels. */
export function windowsLabelledToFitNetwork(windows: WindowSet, { pseudoLabels }: FitPlan): WindowSet {
  if (pseudoLabels === null) return windows;
  const labels = Int32Array.from(windows.labels);
  for (const [i, row] of pseudoLabels.rows.entries()) labels[row] = pseudoLabels.labels[i]!;
  return { ...windows, labels };
}

/** Probabilities [N, K] of windows under the given weights, in the order of `rows`. */
export async function predictWithFitWeights(
  session: ValidationSession,
  weights: { parameters: Float32Array; statistics: Float32Array },
  { windows, scaler }: { readonly windows: WindowSet; readonly scaler: Scaler },
  rows: Int32Array,
): Promise<Float32Array> {
  const length = windows.windowSize * windows.channels.length;
  const probabilities = new Float32Array(rows.length * windows.classes.length);
  for (let start = 0; start < rows.length; start += validationBatch) {
    const part = rows.subarray(start, start + validationBatch);
    const x = new Float32Array(part.length * length);
    gatherWindows(windows, part, x);
    scaleTrainingBatch(x, scaler);
    probabilities.set(await session.run(weights, x), start * windows.classes.length);
  }
  return probabilities;
}

/**
 * Opens a session that divides each batch into shards. A batch stays whole if it cannot be divided evenly (it may have been
 * shrunk to the available windows) or if a shard would contain a single window, which batch normalization would reduce to zero.
 */
function openNetworkFit({ network, shards }: FitPlan, input: NetworkInput, threads: number): Promise<StepSession> {
  return shards > 1 && input.batchSize % shards === 0 && input.batchSize >= 2 * shards
    ? ShardedTrainingSession.create(network, input, { shards, threads })
    : TrainingSession.create(network, input);
}

function startNetworkFit(
  { network }: StepSession,
  { learningRate }: FitPlan,
  rng: Rng,
  start: NetworkWeights | undefined,
): FitState {
  const drawn = () => ({
    parameters: drawNetworkParameters(network.parameters, rng.split("weights")),
    statistics: drawNetworkParameters(network.statistics, rng.split("weights")),
  });
  return fitStateFrom(start ?? drawn(), fitLearningRate(learningRate, 0));
}

function isNetworkFitted(plan: FitPlan, { progress }: FitState): boolean {
  return progress.epochs.length >= plan.epochs || (canStopEarly(plan) && progress.sinceBest >= plan.patience);
}

/** Runs the rest of the current epoch of `state`; returns false if it was stopped before the end. */
async function fitNetworkEpoch(
  { plan, windows, trainIndex }: Fit,
  options: FitOptions,
  session: StepSession,
  state: FitState,
  rng: Rng,
): Promise<boolean> {
  const { classWeights, scaler } = plan;
  const { progress } = state;
  const classCount = windows.classes.length;
  const batchSize = Math.min(plan.batchSize, trainIndex.length);
  const steps = Math.floor(trainIndex.length / batchSize);
  const epoch = progress.epochs.length + 1;
  const order = networkFitEpochOrder(trainIndex, plan.pseudoLabels?.rows ?? [], rng.split(`order-${epoch}`));
  const sizes = { windowSize: windows.windowSize, channels: windows.channels.length };
  const turned = plan.turned?.map((axes) => axes.map((name) => windows.channels.indexOf(name)));
  const x = new Float32Array(batchSize * sizes.windowSize * sizes.channels);
  const targets = new Float32Array(batchSize * classCount);
  const masks = session.masks.map(({ shape }) => new Uint8Array(shape.reduce((size, d) => size * d, 1)));
  while (progress.step < steps) {
    const started = performance.now();
    const rows = order.subarray(progress.step * batchSize, (progress.step + 1) * batchSize);
    const stepRng = rng.split(`step-${epoch}-${progress.step}`);
    gatherWindows(windows, rows, x);
    if (turned !== undefined) rotateWindows(x, batchSize, sizes, turned, stepRng);
    scaleTrainingBatch(x, scaler);
    gatherTrainingBatchTargets(windows.labels, rows, classWeights, classCount, targets);
    for (const [i, { rate }] of session.masks.entries()) fillDropoutMask(masks[i]!, rate, stepRng);
    progress.updates++;
    const learningRate = progress.learningRate * Math.min(1, progress.updates / (plan.warmupSteps ?? 1));
    const stepSize = adamStepSize(learningRate, progress.updates);
    const { loss, logits } = await session.step({ x, targets, masks, stepSize });
    if (!Number.isFinite(loss)) throw divergedLoss(plan, loss, epoch, progress.step + 1, progress.learningRate);
    Object.assign(state, session.state);
    fitAverageWeights(state, progress.updates);
    progress.lossSum += loss;
    argmaxRows(logits, classCount).forEach((predicted, row) => {
      if (predicted === windows.labels[rows[row]!]) progress.correct++;
    });
    progress.step++;
    progress.epochSeconds += (performance.now() - started) / 1000;
    options.onStep({ epoch, step: progress.step, steps, loss: progress.lossSum / progress.step });
    if (options.shouldStop()) return false;
  }
  return true;
}

/** Shuffled rows, with those in `spread` evenly spaced among the others. */
export function networkFitEpochOrder(trainIndex: Int32Array, spread: readonly number[], rng: Rng): Int32Array {
  if (spread.length === 0) return rng.shuffle(Int32Array.from(trainIndex));
  const apart = new Set(spread);
  const others = rng.shuffle(trainIndex.filter((row) => !apart.has(row)));
  const thinned = rng.shuffle(Int32Array.from(spread));
  const [n, m] = [trainIndex.length, thinned.length];
  let placed = 0;
  return Int32Array.from({ length: n }, (_, i) => {
    if (Math.floor(((i + 1) * m) / n) === placed) return others[i - placed]!;
    return thinned[placed++]!;
  });
}

function fitAverageWeights(state: FitState, updates: number): void {
  const rate = 1 - Math.min(emaMomentum, (1 + updates) / (10 + updates));
  moveNetworkFitAverage(state.averageParameters, state.parameters, rate);
  moveNetworkFitAverage(state.averageStatistics, state.statistics, rate);
}

function moveNetworkFitAverage(average: Float32Array, values: Float32Array, rate: number): void {
  for (let i = 0; i < average.length; i++) average[i] = average[i]! + rate * (values[i]! - average[i]!);
}

/**
 * Validates the weights, updates the learning rate, and keeps the weights if they are the best. `state` is then at the start of
 * the next epoch.
 */
async function closeNetworkFitEpoch(
  fit: Fit,
  validation: ValidationSession | null,
  state: FitState,
  steps: number,
  batchSize: number,
): Promise<FitEpoch> {
  const started = performance.now();
  const { progress } = state;
  const { learningRate } = progress;
  const {
    loss: valLoss,
    accuracy: valAccuracy,
    macroF1: valMacroF1,
  } = await validateFittedNetwork(fit, validation, state);
  const previous = progress.epochs.findLast((epoch) => epoch.best)?.valMacroF1 ?? Number.NEGATIVE_INFINITY;
  const stopsEarly = canStopEarly(fit.plan);
  const isLast = progress.epochs.length + 1 === fit.plan.epochs;
  const best = stopsEarly ? valMacroF1! > previous + minDelta : valMacroF1 === null || isLast;
  if (best) {
    state.bestParameters = Float32Array.from(state.averageParameters);
    state.bestStatistics = Float32Array.from(state.averageStatistics);
  }
  if (!stopsEarly) {
    progress.learningRate = fitLearningRate(fit.plan.learningRate, progress.epochs.length + 1);
  } else {
    progress.sinceBest = best ? 0 : progress.sinceBest + 1;
    progress.sinceCut = best ? 0 : progress.sinceCut + 1;
    if (progress.sinceCut >= plateau.patience) {
      progress.learningRate = Math.max(learningRate * plateau.factor, Math.min(learningRate, plateau.minLearningRate));
      progress.sinceCut = 0;
    }
  }
  const epoch: FitEpoch = {
    epoch: progress.epochs.length + 1,
    loss: progress.lossSum / steps,
    accuracy: progress.correct / (steps * batchSize),
    valLoss,
    valAccuracy,
    valMacroF1,
    learningRate,
    best,
    seconds: progress.epochSeconds + (performance.now() - started) / 1000,
  };
  Object.assign(progress, { step: 0, lossSum: 0, correct: 0, epochSeconds: 0 });
  return epoch;
}

async function validateFittedNetwork(
  { plan, windows, validationIndex: rows }: Fit,
  session: ValidationSession | null,
  { averageParameters, averageStatistics }: FitState,
): Promise<{ loss: number | null; accuracy: number | null; macroF1: number | null }> {
  if (session === null || rows === null) return { loss: null, accuracy: null, macroF1: null };
  const weights = { parameters: averageParameters, statistics: averageStatistics };
  const probabilities = await predictWithFitWeights(session, weights, { windows, scaler: plan.scaler }, rows);
  const labels = rows.map((row) => windows.labels[row]!);
  const metrics = classificationMetrics(labels, probabilities, windows.classes);
  return { loss: metrics.log_loss, accuracy: metrics.accuracy, macroF1: metrics.macro_f1 };
}
