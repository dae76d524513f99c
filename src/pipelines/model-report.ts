// The content of cv_report.json.

import { describeMixtureChoice, triedMixtures } from "../learning/training/choose-mixture.ts";
import type { CvReport, TestSetReport } from "../learning/training/cv-report.ts";
import { fitStateEpochsInMiniBatches, fitStatePenalty, fitStateSeconds } from "../learning/training/fit-state.ts";
import { snakeKeys } from "../letter-case.ts";
import { configToRecord } from "../options/recorded-options.ts";
import { droppedWithReasons } from "../signals/data/dropped-reasons.ts";
import { windowsPerClass, windowsPerName } from "../signals/data/windows.ts";
import type { TrainedModel } from "./trained-model.ts";

export function modelReport(
  { data, config, crossValidation, outcomes, final, createdAt, fineTuning }: TrainedModel,
  modelVersion: string,
  testSet: TestSetReport | undefined,
): CvReport {
  const { windows, quality, leakage, recordings, dropped, labelChanges } = data;
  const { folds, users, pooled, pooledCalibrated, summary, temperature } = crossValidation;
  const penalty = fitStatePenalty(final.epochs);
  const tried = triedMixtures(outcomes);
  return {
    schema_version: 1,
    created_at: createdAt.toISOString(),
    model_version: modelVersion,
    data_fingerprint: recordings.fingerprint,
    config: snakeKeys(configToRecord(config)),
    classes: [...windows.classes],
    channels: [...windows.channels],
    quality,
    windows: {
      total: windows.starts.length,
      per_class: windowsPerClass(windows),
      per_user: windowsPerName(windows.groups, windows.users),
      dropped: droppedWithReasons(dropped),
      ...(labelChanges !== null && { label_changes: labelChanges }),
    },
    leakage,
    folds: [...folds],
    users: [...users],
    pooled,
    pooled_calibrated: pooledCalibrated,
    summary,
    ...(testSet !== undefined && { test_set: testSet }),
    ...(fineTuning !== undefined && { fine_tuning: fineTuning }),
    temperature,
    final_fit: {
      epochs: fitStateEpochsInMiniBatches(final.epochs).length,
      ...(penalty !== undefined && { penalty }),
      seconds: fitStateSeconds(final.epochs),
      n_windows: windows.starts.length,
      ...(tried.length > 0 && { choice: describeMixtureChoice(tried) }),
    },
    warnings: [...data.warnings, ...crossValidation.warnings],
  };
}
