// The fits of a training run: one for each fold, and the final one on all windows.

import { crossValidate } from "../learning/evaluation/cross-validate.ts";
import { describeMixtureChoice } from "../learning/training/choose-mixture.ts";
import { balancedClassWeights } from "../learning/training/class-weights.ts";
import type { FoldReport } from "../learning/training/cv-report.ts";
import { ensembleEpochs } from "../learning/training/ensemble-epochs.ts";
import { finalMixture, finalPenalty, finalSchedule, finalShards } from "../learning/training/final-schedule.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import { type FitOutcome, windowsForFitRunner } from "../learning/training/fit-runner.ts";
import { fitSeconds, fitStatePenalty, steppedEpochs } from "../learning/training/fit-state.ts";
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
}

export function beginFoldFits(
  data: FitsOfRun["data"],
  config: FitConfig,
  run: {
    readonly checkpoints: FitCheckpoints;
    readonly reporter: Pick<Reporter<TrainEvent>, "event">;
    readonly signal?: AbortSignal | undefined;
  },
): FitsOfRun {
  const failed = new AbortController();
  const fingerprint = windowsFingerprint(data.windows);
  const names = [...data.folds.map((_, fold) => fitNameOfFold(fold)), "final"] as const;
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
  const { data, config, run, failed } = fits;
  const { folds, windows, leakage } = data;
  const inSteps = isTrainedInSteps(config.network);
  const results = await crossValidate(
    folds,
    async ({ testIndex }, fold): Promise<{ outcome: FitOutcome; report: FoldReport }> => {
      const { trainIndex: own, validationIndex } = folds[fold]!;
      // A network that is not trained in steps needs no validation part: it divides its rows by itself.
      const trainIndex = inSteps ? own : Int32Array.from([...own, ...validationIndex]).sort();
      const name = fitNameOfFold(fold);
      const penalties = hasPenalty(config.network)
        ? searchedPenalties(leakage.split, windows, trainIndex, {
            rng: fits.rng.split(`penalty-${fold + 1}`),
            purgeSamples: windows.windowSize,
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
      const outcome = await runFit(name, { plan, checkpoint: null, threads: 1 }, run).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
      const report = describeFold(data, fold, outcome);
      run.reporter.event({
        type: "fold",
        fold: fold + 1,
        folds: folds.length,
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
  const final = await runFit("final", { plan, checkpoint: null, threads: config.jobs }, run);
  const penalty = fitStatePenalty(final.epochs);
  const tried = folds.flatMap((fold) =>
    fold.epochs.flatMap((epoch) => (epoch.tried === undefined ? [] : [epoch.tried])),
  );
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

function fitNameOfFold(fold: number): FitName {
  return `fold-${fold + 1}`;
}

/**
 * The settings that all fits share. The scaler and the class weights are computed only from the windows that a fit learns
 * from.
 */
function foldFitSettings(
  { data: { windows, sensors, network }, config, fingerprint, rng }: FitsOfRun,
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
    scaler: fitScaler(normalize, windows, trainIndex),
    classWeights:
      classWeights === "balanced" ? balancedClassWeights(windows.labels, trainIndex, windows.classes.length) : null,
    rng: rng.split(name).state,
  };
}
