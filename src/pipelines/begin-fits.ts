import { balancedClassWeights } from "../learning/training/class-weights.ts";
import { cosineSchedule } from "../learning/training/cosine-schedule.ts";
import { ensembleEpochs } from "../learning/training/ensemble-epochs.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import { type FitTask, windowsForFitRunner } from "../learning/training/fit-runner.ts";
import type { NetworkWeights } from "../learning/training/fit-state.ts";
import { fitWorkerRunner } from "../learning/training/fit-worker.ts";
import { networkToFit } from "../learning/training/fitted-network.ts";
import { hasPenalty } from "../learning/training/has-penalty.ts";
import { isEnsemble } from "../learning/training/is-ensemble.ts";
import type { FitCheckpoints, FitRun } from "../learning/training/run-fit.ts";
import { TimeLeft } from "../learning/training/time-left.ts";
import { isTrainedInMiniBatches } from "../learning/training/trained-in-mini-batches.ts";
import { windowsFingerprint } from "../learning/training/windows-fingerprint.ts";
import type { SampledTrainConfig } from "../options/recorded-options.ts";
import { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import { fitScaler, type Scaler } from "../signals/data/scaler.ts";
import { expectedCalibrationSeconds } from "./calibration-progress.ts";
import type { TrainingData } from "./prepare-training.ts";
import type { TrainEvent } from "./train-events.ts";

/** The training options that affect the fits. */
export type FitConfig = Pick<
  SampledTrainConfig,
  | "network"
  | "normalize"
  | "epochs"
  | "batchSize"
  | "learningRate"
  | "patience"
  | "classWeights"
  | "augment"
  | "seed"
  | "jobs"
>;

/** State shared by all fits of a run. */
export interface FitsOfRun {
  readonly data: Pick<TrainingData, "windows" | "sensors" | "folds" | "leakage" | "network">;
  readonly config: FitConfig;
  readonly fingerprint: string;
  readonly rng: Rng;
  readonly run: Omit<FitRun, "reporter"> & { readonly reporter: Pick<Reporter<TrainEvent>, "event"> };
  /** Aborts the other fits if one fails. */
  readonly failed: AbortController;
  /** The initial weights and the scaler of all fits; null if each fit draws its weights at random and computes its scaler. */
  readonly start: FitStart | null;
}

/** Weights that were trained on windows scaled with this scaler. */
export interface FitStart {
  readonly weights: NetworkWeights;
  readonly scaler: Scaler;
}

export function beginFits(
  data: FitsOfRun["data"],
  config: FitConfig,
  run: {
    readonly checkpoints: FitCheckpoints;
    readonly reporter: Pick<Reporter<TrainEvent>, "event">;
    readonly signal?: AbortSignal | undefined;
    /** If set, the folds are also fitted from scratch for comparison. */
    readonly start?: FitStart | undefined;
  },
): FitsOfRun {
  const failed = new AbortController();
  const fingerprint = windowsFingerprint(data.windows);
  const { start = null } = run;
  const folds = data.folds.map((_, fold) => nameOfFoldFit(fold));
  const scratch = start === null ? [] : data.folds.map((_, fold) => nameOfFoldFit(fold, "scratch"));
  const names = [...folds, ...scratch, "final"] as const;
  const learningRate = learningRateToBeginFit({ config, start }, data.folds[0]?.trainIndex.length ?? 0);
  const hasSchedule = typeof learningRate !== "number";
  return {
    data,
    config,
    fingerprint,
    rng: Rng.fromSeed(config.seed),
    run: {
      runner: fitWorkerRunner(windowsForFitRunner(fingerprint, data.windows)),
      checkpoints: run.checkpoints,
      timeLeft: new TimeLeft({
        fits: names,
        maxEpochs: isTrainedInMiniBatches(config.network) ? epochsToBeginFit(config, learningRate) : 0,
        patience: hasSchedule ? null : config.patience,
        hasOtherPart: hasPenalty(config.network),
        refits: hasSchedule,
        jobs: config.jobs,
        secondsAfterFits: expectedCalibrationSeconds(data.windows, config.jobs),
      }),
      reporter: run.reporter,
      signal: run.signal === undefined ? failed.signal : AbortSignal.any([run.signal, failed.signal]),
    },
    failed,
    start,
  };
}

/**
 * The learning rate of a fold's fit, or its rates if their number is fixed: those of an ensemble from random initial weights.
 * @param windows number of windows to train on
 */
export function learningRateToBeginFit(
  { config, start }: Pick<FitsOfRun, "config" | "start">,
  windows: number,
): FitPlan["learningRate"] {
  const { network, learningRate, batchSize, epochs: maxEpochs } = config;
  if (!isEnsemble(network) || start !== null) return learningRate;
  return cosineSchedule(learningRate, { windows, batchSize, maxEpochs });
}

/** Maximum number of epochs per fit; each penalty that a fit tries counts as one epoch. */
export function mostEpochsOfFits(
  { network, epochs }: Pick<FitConfig, "network" | "epochs">,
  learningRate: FitPlan["learningRate"],
  penalties: number,
): number {
  if (!isTrainedInMiniBatches(network)) return penalties;
  const inMiniBatches = epochsToBeginFit({ epochs }, learningRate);
  return hasPenalty(network) ? ensembleEpochs(inMiniBatches, penalties) : inMiniBatches;
}

function epochsToBeginFit({ epochs }: Pick<FitConfig, "epochs">, learningRate: FitPlan["learningRate"]): number {
  return typeof learningRate === "number" ? epochs : learningRate.length;
}

/** A fit that begins. */
export function beginFitTask({ start }: FitsOfRun, plan: FitPlan, threads: number): FitTask {
  return { plan, checkpoint: null, threads, ...(start !== null && { start: start.weights }) };
}

export function nameOfFoldFit(fold: number, kind: "fold" | "scratch" = "fold"): FitName {
  return `${kind}-${fold + 1}`;
}

/**
 * The settings that the fold fits and the final fit share. Each fit computes class weights and a scaler from its training
 * windows, or takes the scaler of the model from which it starts.
 */
export function settingsToBeginFit(
  { data: { windows, sensors, network }, config, fingerprint, rng, start }: FitsOfRun,
  name: FitName,
  trainIndex: Int32Array,
): Omit<FitPlan, "validationIndex" | "testIndex" | "epochs" | "learningRate" | "shards" | "penalties"> {
  const { normalize, batchSize, patience, classWeights, augment } = config;
  const axes = sensors.map(({ channels }) => channels);
  return {
    name: name.replace("-", " "),
    windows: fingerprint,
    network: start === null ? networkToFit(network, axes.length > 0) : network,
    batchSize,
    patience,
    sensors: axes,
    turned: augment === "rotate" ? axes : null,
    trainIndex: Array.from(trainIndex),
    pseudoLabels: null,
    scaler: start?.scaler ?? fitScaler(normalize, windows, trainIndex),
    classWeights:
      classWeights === "balanced" ? balancedClassWeights(windows.labels, trainIndex, windows.classes.length) : null,
    rng: rng.split(name).state,
  };
}
