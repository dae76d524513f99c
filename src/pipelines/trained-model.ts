// The outcome of training: the fits for all folds and for the final network, with their data.

import type { FineTuningReport } from "../learning/training/cv-report.ts";
import type { FitOutcome } from "../learning/training/fit-runner.ts";
import type { CrossValidation } from "../learning/training/summarize-folds.ts";
import type { SampledTrainConfig } from "../options/recorded-options.ts";
import type { Scaler } from "../signals/data/scaler.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import type { TrainingData } from "./prepare-training.ts";

export interface TrainedModel {
  readonly data: TrainingData;
  readonly config: SampledTrainConfig;
  readonly crossValidation: CrossValidation;
  /** Outcomes of the fits, one per fold. */
  readonly outcomes: readonly FitOutcome[];
  readonly final: FitOutcome;
  /** Scaler of the final fit. */
  readonly scaler: Scaler;
  /** Pseudo-labelled windows on which the final fit was trained, in addition to `data`. */
  readonly also?: WindowSet;
  /** Present for a network that started from another model's weights. */
  readonly fineTuning?: FineTuningReport | undefined;
  readonly createdAt: Date;
}
