// The fit on all windows. Its number of epochs and its settings are derived from the folds.

import { describeMixtureChoice, triedMixtures } from "../learning/training/choose-mixture.ts";
import { ensembleEpochs } from "../learning/training/ensemble-epochs.ts";
import {
  finalSchedule,
  finalScheduleMixture,
  finalSchedulePenalty,
  finalShards,
} from "../learning/training/final-schedule.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import type { FitOutcome } from "../learning/training/fit-runner.ts";
import { fitStateEpochsInMiniBatches, fitStatePenalty, fitStateSeconds } from "../learning/training/fit-state.ts";
import { hasPenalty } from "../learning/training/has-penalty.ts";
import { fixedPenalty } from "../learning/training/penalty-plan.ts";
import { runFit } from "../learning/training/run-fit.ts";
import { isTrainedInMiniBatches } from "../learning/training/trained-in-mini-batches.ts";
import type { Scaler } from "../signals/data/scaler.ts";
import { beginFitTask, type FitConfig, type FitsOfRun, settingsToBeginFit } from "./begin-fits.ts";

/**
 * Fits the network on all windows, for the number of epochs derived from the folds.
 * @throws Interrupted if `fits.run.signal` is aborted before the fit has ended
 */
export async function fitFinal(
  fits: FitsOfRun,
  folds: readonly FitOutcome[],
): Promise<{ final: FitOutcome; scaler: Scaler }> {
  const { data, config, run } = fits;
  const { epochs, ...schedule } = fitFinalSchedule(
    config,
    folds.map((outcome) => outcome.epochs),
  );
  run.timeLeft.finalPlanned(Array.isArray(schedule.learningRate) ? schedule.learningRate.length : 0);
  const plan: FitPlan = {
    ...settingsToBeginFit(fits, "final", Int32Array.from(data.windows.starts.keys())),
    validationIndex: null,
    testIndex: null,
    epochs,
    ...schedule,
    shards: finalShards,
  };
  const final = await runFit("final", beginFitTask(fits, plan, config.jobs), run);
  const penalty = fitStatePenalty(final.epochs);
  const tried = triedMixtures(folds);
  run.reporter.event({
    type: "final",
    epochs: fitStateEpochsInMiniBatches(final.epochs).length,
    ...(penalty !== undefined && { penalty }),
    seconds: fitStateSeconds(final.epochs),
    ...(tried.length > 0 && { choice: describeMixtureChoice(tried) }),
  });
  return { final, scaler: plan.scaler };
}

function fitFinalSchedule(
  { network, learningRate }: Pick<FitConfig, "network" | "learningRate">,
  folds: readonly FitOutcome["epochs"][],
): Pick<FitPlan, "epochs" | "learningRate" | "penalties" | "mixture"> {
  const penalties = hasPenalty(network) ? fixedPenalty(finalSchedulePenalty(folds)) : null;
  if (!isTrainedInMiniBatches(network)) return { epochs: 1, learningRate, penalties };
  const schedule = finalSchedule(folds);
  if (penalties === null) return { ...schedule, penalties };
  return { ...schedule, epochs: ensembleEpochs(schedule.epochs, 1), penalties, mixture: finalScheduleMixture(folds) };
}
