// Compares a fine-tuned network with two alternatives: the model that it started from, and the same network trained from
// scratch.

import { type PairedPeople, pairPeople } from "../learning/evaluation/paired-people.ts";
import type { FineTuningGain, FineTuningReport } from "../learning/training/fine-tuning-report.ts";
import { type CrossValidation, summarizeFoldUsers } from "../learning/training/summarize-folds.ts";
import { listedNames } from "../listed-names.ts";
import { trainOptions } from "../options/train-options.ts";
import type { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import type { FitsOfRun } from "./begin-fits.ts";
import { fitFoldsFromScratch } from "./fit-folds.ts";
import { predictorOfModelHandle } from "./model-handle.ts";
import type { StartingModel } from "./starting-model.ts";
import type { TrainEvent } from "./train-events.ts";

/**
 * @param folds cross-validations over the same folds
 * @param options.threads maximum number of threads for prediction
 */
async function fineTuningReport(
  { from, opened }: StartingModel,
  windows: WindowSet,
  folds: { readonly fineTuned: CrossValidation; readonly fromScratch: CrossValidation },
  { threads, rng }: { readonly threads: number; readonly rng: Rng },
): Promise<FineTuningReport> {
  const { data, model_version } = opened.folder.manifest;
  const predictor = predictorOfModelHandle(opened);
  const probabilities = await predictor.predict(windows, { threads }).finally(() => predictor.close());
  const asIs = fineTuningClasses(probabilities, data.classes, windows.classes);
  const { foldOfWindow } = folds.fineTuned;
  const scores = {
    asIs: fineTunedMacroF1s(summarizeFoldUsers(windows, asIs, foldOfWindow)),
    fineTuned: fineTunedMacroF1s(folds.fineTuned.users),
    fromScratch: fineTunedMacroF1s(folds.fromScratch.users),
  };
  const overAsIs = pairPeople(scores.asIs, scores.fineTuned, rng.split("as-is"))!;
  const overScratch = pairPeople(scores.fromScratch, scores.fineTuned, rng.split("scratch"))!;
  const users = [...scores.fineTuned.keys()];
  return {
    from,
    model_version,
    users: users.map((user) => ({
      user,
      as_is: scores.asIs.get(user)!,
      fine_tuned: scores.fineTuned.get(user)!,
      from_scratch: scores.fromScratch.get(user)!,
    })),
    mean: { as_is: overAsIs.first, fine_tuned: overAsIs.second, from_scratch: overScratch.first },
    gain_over_as_is: fineTuningGain(overAsIs),
    gain_over_scratch: fineTuningGain(overScratch),
    known_users: users.filter((user) => data.users.includes(user)),
  };
}

function fineTunedMacroF1s(users: CrossValidation["users"]): Map<string, number> {
  return new Map(users.map(({ user, metrics }) => [user, metrics.macro_f1]));
}

function fineTuningGain({ difference, interval }: PairedPeople): FineTuningGain {
  return { difference, interval };
}

/**
 * Restricts probabilities [W, K] to the classes `to`, and normalises them over these classes. Classes that are not in `from`
 * get probability 0; if all do, each class gets the same probability.
 */
function fineTuningClasses(probabilities: Float32Array, from: readonly string[], to: readonly string[]): Float32Array {
  const sources = to.map((name) => from.indexOf(name));
  const shares = new Float32Array((probabilities.length / from.length) * to.length);
  for (let row = 0; row < probabilities.length / from.length; row++) {
    const own = sources.map((source) => (source < 0 ? 0 : probabilities[row * from.length + source]!));
    const sum = own.reduce((a, b) => a + b, 0);
    shares.set(
      own.map((share) => (sum > 0 ? share / sum : 1 / to.length)),
      row * to.length,
    );
  }
  return shares;
}

/** Also trains the folds from scratch, and compares the results. */
export async function compareFineTuning(
  model: StartingModel,
  fits: FitsOfRun,
  fineTuned: CrossValidation,
  reporter: Reporter<TrainEvent>,
): Promise<FineTuningReport> {
  const fromScratch = await fitFoldsFromScratch(fits, trainOptions.learningRate.default as number);
  const report = await fineTuningReport(
    model,
    fits.data.windows,
    { fineTuned, fromScratch },
    { threads: fits.config.jobs, rng: fits.rng.split("fine-tuning") },
  );
  if (report.known_users.length > 0)
    reporter.warn(
      `${model.from} was trained on ${listedNames(report.known_users)}, so its figures without fine-tuning are ` +
        `better than for other people.`,
    );
  reporter.event({ type: "fine-tuning", report });
  return report;
}
