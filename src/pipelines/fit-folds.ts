// The fits on the folds of a training run.

import { crossValidate } from "../learning/evaluation/cross-validate.ts";
import type { FoldReport } from "../learning/training/cv-report.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import type { FitOutcome } from "../learning/training/fit-runner.ts";
import { hasPenalty } from "../learning/training/has-penalty.ts";
import { searchedPenalties } from "../learning/training/penalty-plan.ts";
import { runFit } from "../learning/training/run-fit.ts";
import { type CrossValidation, describeFold, summarizeFolds } from "../learning/training/summarize-folds.ts";
import { isTrainedInMiniBatches } from "../learning/training/trained-in-mini-batches.ts";
import {
  beginFitTask,
  type FitsOfRun,
  learningRateToBeginFit,
  mostEpochsOfFits,
  nameOfFoldFit,
  settingsToBeginFit,
} from "./begin-fits.ts";

/** Cross-validates the network. @throws Interrupted if `fits.run.signal` is aborted before the last fit has ended */
export async function fitFolds(
  fits: FitsOfRun,
): Promise<{ outcomes: readonly FitOutcome[]; crossValidation: CrossValidation }> {
  const { data, config, run } = fits;
  const results = await crossValidate(
    data.folds,
    async (_, fold): Promise<{ outcome: FitOutcome; report: FoldReport }> => {
      const outcome = await fitFold(fits, fold, nameOfFoldFit(fold));
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

/**
 * Fits the same folds from random initial weights, for comparison.
 * @throws Interrupted if `fits.run.signal` is aborted before the last fit has ended
 */
export async function fitFoldsFromScratch(fits: FitsOfRun, learningRate: number): Promise<CrossValidation> {
  const { data, config } = fits;
  const scratch: FitsOfRun = { ...fits, config: { ...config, learningRate }, start: null };
  const outcomes = await crossValidate(
    data.folds,
    (_, fold) => fitFold(scratch, fold, nameOfFoldFit(fold, "scratch")),
    config.jobs,
  );
  return summarizeFolds(
    data,
    outcomes,
    outcomes.map((outcome, fold) => describeFold(data, fold, outcome)),
  );
}

/** Fits one fold. @throws Interrupted if `fits.run.signal` is aborted before the fit has ended */
export async function fitFold(fits: FitsOfRun, fold: number, name: FitName = nameOfFoldFit(fold)): Promise<FitOutcome> {
  const { data, config, run, failed } = fits;
  const { trainIndex: own, validationIndex, testIndex } = data.folds[fold]!;
  const inMiniBatches = isTrainedInMiniBatches(config.network);
  // A network that is not trained in mini-batches needs no validation set: it splits its rows itself.
  const trainIndex = inMiniBatches ? own : Int32Array.from([...own, ...validationIndex]).sort();
  const penalties = hasPenalty(config.network)
    ? searchedPenalties(data.leakage.split, data.windows, trainIndex, {
        rng: fits.rng.split(`penalty-${fold + 1}`),
        purgeSamples: data.windows.windowSize,
        fromModel: fits.start !== null,
      })
    : null;
  const learningRate = learningRateToBeginFit(fits, trainIndex.length);
  const plan: FitPlan = {
    ...settingsToBeginFit(fits, name, trainIndex),
    validationIndex: inMiniBatches ? Array.from(validationIndex) : null,
    testIndex: Array.from(testIndex),
    epochs: mostEpochsOfFits(config, learningRate, penalties?.strengths.length ?? 0),
    learningRate,
    shards: 1,
    penalties,
  };
  return runFit(name, beginFitTask(fits, plan, 1), run).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
}
