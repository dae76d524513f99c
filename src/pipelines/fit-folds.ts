// The fits of a training run: one for each fold, and the final one on all windows.

import { crossValidate } from "../learning/evaluation/cross-validate.ts";
import { describeMixtureChoice, triedMixtures } from "../learning/training/choose-mixture.ts";
import { balancedClassWeights } from "../learning/training/class-weights.ts";
import type { FoldReport } from "../learning/training/cv-report.ts";
import { ensembleEpochs } from "../learning/training/ensemble-epochs.ts";
import { finalMixture, finalPenalty, finalSchedule, finalShards } from "../learning/training/final-schedule.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import { type FitOutcome, windowsForFitRunner } from "../learning/training/fit-runner.ts";
import {
  encodeFitState,
  fitSeconds,
  fitStateFrom,
  fitStatePenalty,
  type NetworkWeights,
  steppedEpochs,
} from "../learning/training/fit-state.ts";
import { fitWorkerRunner } from "../learning/training/fit-worker.ts";
import { hasPenalty } from "../learning/training/has-penalty.ts";
import { fixedPenalty, searchedPenalties } from "../learning/training/penalty-plan.ts";
import { type FitCheckpoints, type FitRun, runFit } from "../learning/training/run-fit.ts";
import { type CrossValidation, describeFold, summarizeFolds } from "../learning/training/summarize-folds.ts";
import { TimeLeft } from "../learning/training/time-left.ts";
import { isTrainedInSteps } from "../learning/training/trained-in-steps.ts";
import { windowsFingerprint } from "../learning/training/windows-fingerprint.ts";
import { Rng } from "../random.ts";
import type { SampledTrainConfig } from "../recorded-options.ts";
import type { Reporter } from "../reporter.ts";
import { fitScaler, type Scaler } from "../signals/preprocessing/scaler.ts";
import { expectedCalibrationSeconds } from "./calibration-progress.ts";
import type { TrainingData } from "./prepare-training.ts";
import type { TrainEvent } from "./train-events.ts";

/** The options that fits depend on. */
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

/** What the fits of a run share. */
export interface FitsOfRun {
  readonly data: Pick<TrainingData, "windows" | "sensors" | "folds" | "leakage" | "network">;
  readonly config: FitConfig;
  readonly fingerprint: string;
  readonly rng: Rng;
  readonly run: Omit<FitRun, "reporter"> & { readonly reporter: Pick<Reporter<TrainEvent>, "event"> };
  /** Stops the other fits if one fails. */
  readonly failed: AbortController;
  /** What the fits start from; null if each draws its weights and computes its scaler. */
  readonly start: FitStart | null;
}

/** Weights that were trained on windows scaled in this way. */
export interface FitStart {
  readonly weights: NetworkWeights;
  readonly scaler: Scaler;
}

export function beginFoldFits(
  data: FitsOfRun["data"],
  config: FitConfig,
  run: {
    readonly checkpoints: FitCheckpoints;
    readonly reporter: Pick<Reporter<TrainEvent>, "event">;
    readonly signal?: AbortSignal | undefined;
    /** If it is given, the folds are also fitted from scratch, for comparison. */
    readonly start?: FitStart | undefined;
  },
): FitsOfRun {
  const failed = new AbortController();
  const fingerprint = windowsFingerprint(data.windows);
  const { start = null } = run;
  const folds = data.folds.map((_, fold) => fitNameOfFold(fold));
  const scratch = start === null ? [] : data.folds.map((_, fold) => fitNameOfFold(fold, "scratch"));
  const names = [...folds, ...scratch, "final"] as const;
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
        maxEpochs: isTrainedInSteps(config.network) ? config.epochs : 0,
        patience: config.patience,
        hasOtherPart: hasPenalty(config.network),
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

/** Maximum number of epochs of a fit; each of the penalties that it tries counts as one. */
function mostFitEpochs({ network, epochs }: Pick<FitConfig, "network" | "epochs">, penalties: number): number {
  if (!isTrainedInSteps(network)) return penalties;
  return hasPenalty(network) ? ensembleEpochs(epochs, penalties) : epochs;
}

/** Cross-validates the network. @throws Interrupted if the signal ended a fit */
export async function fitFolds(
  fits: FitsOfRun,
): Promise<{ outcomes: readonly FitOutcome[]; crossValidation: CrossValidation }> {
  const { data, config, run } = fits;
  const results = await crossValidate(
    data.folds,
    async (_, fold): Promise<{ outcome: FitOutcome; report: FoldReport }> => {
      const outcome = await fitFold(fits, fold, fitNameOfFold(fold));
      const report = describeFold(data, fold, outcome);
      run.reporter.event({
        type: "fold",
        fold: fold + 1,
        folds: data.folds.length,
        bestEpoch: report.best_epoch,
        epochs: report.epochs,
        ...(report.penalty !== undefined && { penalty: report.penalty }),
        seconds: report.seconds,
        metrics: report.metrics,
      });
      return { outcome, report };
    },
    config.jobs,
  );
  const outcomes = results.map(({ outcome }) => outcome);
  const crossValidation = summarizeFolds(
    data,
    outcomes,
    results.map(({ report }) => report),
  );
  const { summary, pooled, users } = crossValidation;
  run.reporter.event({ type: "cross-validation", summary, pooled, users });
  return { outcomes, crossValidation };
}

/** The same folds with weights drawn at random, for comparison. @throws Interrupted if the signal ended a fit */
export async function fitFoldsFromScratch(fits: FitsOfRun, learningRate: number): Promise<CrossValidation> {
  const { data, config } = fits;
  const scratch: FitsOfRun = { ...fits, config: { ...config, learningRate }, start: null };
  const outcomes = await crossValidate(
    data.folds,
    (_, fold) => fitFold(scratch, fold, fitNameOfFold(fold, "scratch")),
    config.jobs,
  );
  return summarizeFolds(
    data,
    outcomes,
    outcomes.map((outcome, fold) => describeFold(data, fold, outcome)),
  );
}

async function fitFold(fits: FitsOfRun, fold: number, name: FitName): Promise<FitOutcome> {
  const { data, config, run, failed } = fits;
  const { trainIndex: own, validationIndex, testIndex } = data.folds[fold]!;
  const inSteps = isTrainedInSteps(config.network);
  // A network that is not trained in steps needs no validation part: it divides its rows by itself.
  const trainIndex = inSteps ? own : Int32Array.from([...own, ...validationIndex]).sort();
  const penalties = hasPenalty(config.network)
    ? searchedPenalties(data.leakage.split, data.windows, trainIndex, {
        rng: fits.rng.split(`penalty-${fold + 1}`),
        purgeSamples: data.windows.windowSize,
      })
    : null;
  const plan: FitPlan = {
    ...foldFitSettings(fits, name, trainIndex),
    validationIndex: inSteps ? Array.from(validationIndex) : null,
    testIndex: Array.from(testIndex),
    epochs: mostFitEpochs(config, penalties?.strengths.length ?? 0),
    learningRate: config.learningRate,
    shards: 1,
    penalties,
  };
  return runFit(name, { plan, checkpoint: checkpointOfStart(fits, plan), threads: 1 }, run).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
}

/** Null if the fit draws its weights. */
function checkpointOfStart({ start }: FitsOfRun, { learningRate }: FitPlan): Uint8Array | null {
  if (start === null) return null;
  return encodeFitState(
    fitStateFrom(start.weights, typeof learningRate === "number" ? learningRate : learningRate[0]!),
  );
}

/** Fits the network on all windows, for as long as the folds suggest. @throws Interrupted if the signal ended it */
export async function fitAfterFolds(
  fits: FitsOfRun,
  folds: readonly FitOutcome[],
): Promise<{ final: FitOutcome; scaler: Scaler }> {
  const { data, config, run } = fits;
  const { epochs, ...schedule } = scheduleAfterFolds(
    config,
    folds.map((outcome) => outcome.epochs),
  );
  run.timeLeft.finalPlanned(Array.isArray(schedule.learningRate) ? schedule.learningRate.length : 0);
  const plan: FitPlan = {
    ...foldFitSettings(fits, "final", Int32Array.from(data.windows.starts.keys())),
    validationIndex: null,
    testIndex: null,
    epochs,
    ...schedule,
    shards: finalShards,
  };
  const final = await runFit("final", { plan, checkpoint: checkpointOfStart(fits, plan), threads: config.jobs }, run);
  const penalty = fitStatePenalty(final.epochs);
  const tried = triedMixtures(folds);
  run.reporter.event({
    type: "final",
    epochs: steppedEpochs(final.epochs).length,
    ...(penalty !== undefined && { penalty }),
    seconds: fitSeconds(final.epochs),
    ...(tried.length > 0 && { choice: describeMixtureChoice(tried) }),
  });
  return { final, scaler: plan.scaler };
}

function scheduleAfterFolds(
  { network, learningRate }: Pick<FitConfig, "network" | "learningRate">,
  folds: readonly FitOutcome["epochs"][],
): Pick<FitPlan, "epochs" | "learningRate" | "penalties" | "mixture"> {
  const penalties = hasPenalty(network) ? fixedPenalty(finalPenalty(folds)) : null;
  if (!isTrainedInSteps(network)) return { epochs: 1, learningRate, penalties };
  const schedule = finalSchedule(folds);
  if (penalties === null) return { ...schedule, penalties };
  return { ...schedule, epochs: ensembleEpochs(schedule.epochs, 1), penalties, mixture: finalMixture(folds) };
}

function fitNameOfFold(fold: number, kind: "fold" | "scratch" = "fold"): FitName {
  return `${kind}-${fold + 1}`;
}

/**
 * The settings that all fits share. The scaler and the class weights are computed only from the windows that a fit learns
 * from, unless it starts from a model, which decides the scaler.
 */
function foldFitSettings(
  { data: { windows, sensors, network }, config, fingerprint, rng, start }: FitsOfRun,
  name: FitName,
  trainIndex: Int32Array,
): Omit<FitPlan, "validationIndex" | "testIndex" | "epochs" | "learningRate" | "shards" | "penalties"> {
  const { normalize, batchSize, patience, classWeights, augment } = config;
  return {
    name: name.replace("-", " "),
    windows: fingerprint,
    network,
    batchSize,
    patience,
    turned: augment === "rotate" ? sensors.map(({ channels }) => channels) : null,
    trainIndex: Array.from(trainIndex),
    pseudoLabels: null,
    scaler: start?.scaler ?? fitScaler(normalize, windows, trainIndex),
    classWeights:
      classWeights === "balanced" ? balancedClassWeights(windows.labels, trainIndex, windows.classes.length) : null,
    rng: rng.split(name).state,
  };
}
