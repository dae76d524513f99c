// The long part of training: fits the folds and then the network that is kept, measures its baseline, and writes the model
// folder.

import { type MeasuredCalibration, measuredCalibration } from "../monitoring/drift/calibration.ts";
import type { SampledTrainConfig } from "../options/recorded-options.ts";
import { endTrainLog } from "../report/train-log.ts";
import type { TrainingTracker } from "../report/training-tracker.ts";
import { type Reporter, teeReporter } from "../reporter.ts";
import type { Staging } from "../storage/staging.ts";
import { beginFits, type FitStart } from "./begin-fits.ts";
import { buildModel } from "./build-model.ts";
import { compareFineTuning } from "./compare-fine-tuning.ts";
import { fitFinal } from "./fit-final.ts";
import { fitFolds } from "./fit-folds.ts";
import type { TrainingData } from "./prepare-training.ts";
import { resumableCheckpoints } from "./resumable-run.ts";
import type { StartingModel } from "./starting-model.ts";
import type { TrainEvent } from "./train-events.ts";
import { writeModel } from "./write-model.ts";

export async function fitAndWriteModel(
  data: TrainingData,
  config: SampledTrainConfig,
  from: { readonly model: StartingModel; readonly start: FitStart } | undefined,
  staging: Staging,
  tracker: TrainingTracker,
  {
    reporter: heard,
    signal,
    now,
  }: { readonly reporter: Reporter<TrainEvent>; readonly signal?: AbortSignal; readonly now?: () => Date },
): Promise<Awaited<ReturnType<typeof writeModel>> & { readonly measured: MeasuredCalibration }> {
  const reporter = teeReporter(heard, tracker);
  const checkpoints = resumableCheckpoints(staging);
  const fits = beginFits(data, config, { checkpoints, reporter, signal, start: from?.start });
  const { outcomes, crossValidation } = await fitFolds(fits);
  const fineTuning = from && (await compareFineTuning(from.model, fits, crossValidation, reporter));
  const { final, scaler } = await fitFinal(fits, outcomes);

  const createdAt = now?.() ?? new Date();
  const trained = { data, config, crossValidation, outcomes, final, scaler, createdAt, fineTuning };
  const { register, alias } = config;
  const built = await buildModel(trained, reporter, signal);
  const written = await writeModel(trained, built, {
    staging,
    seal: (report, history, made) =>
      tracker.seal(history, (at) => endTrainLog(report, { ...made, at, register, alias })),
  });
  return { ...written, measured: measuredCalibration(built.baseline.drift.calibration) };
}
