// Divides windows into the folds of a training run, and reports whether people leak between the parts.

import { innerSplit } from "../learning/evaluation/inner-split.ts";
import { type FoldParts, type LeakageReport, leakageReport } from "../learning/evaluation/leakage.ts";
import { outerSplit } from "../learning/evaluation/outer-split.ts";
import type { SplitKind } from "../learning/evaluation/split.ts";
import { isTrainedInMiniBatches } from "../learning/training/trained-in-mini-batches.ts";
import type { SampledTrainConfig } from "../options/recorded-options.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import { fixedSplitOf } from "../signals/data/fixed-split.ts";
import type { OpenedRecordings } from "../signals/data/open-recordings.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import type { TestSet } from "./test-set.ts";
import type { TrainEvent } from "./train-events.ts";

export interface TrainingFolds {
  readonly folds: readonly FoldParts[];
  readonly leakage: LeakageReport;
  /** Warnings to consider when reading the figures. */
  readonly warnings: readonly string[];
}

/** Divides the windows and reports the division as an event. */
export function divideIntoTrainingFolds(
  {
    split: given,
    folds: nSplits,
    window: purgeSamples,
    seed,
    network,
  }: Pick<SampledTrainConfig, "split" | "folds" | "window" | "seed" | "network">,
  windows: WindowSet,
  copies: OpenedRecordings["copies"],
  testSet: TestSet | null,
  reporter: Reporter<TrainEvent>,
): TrainingFolds {
  const rng = Rng.fromSeed(seed);
  const split = areTrainingFoldsByColumn(given) ? "group" : given;
  // Within a recording, there is a gap of one window between test and training windows, because adjacent windows are similar.
  const { splits, warnings } = outerSplit(split, windows, {
    nSplits,
    purgeSamples,
    rng: rng.split("folds"),
  });
  const folds = splits.map(({ trainIndex, testIndex }, fold) => ({
    ...(isTrainedInMiniBatches(network)
      ? innerSplit(split, windows, trainIndex, { rng: rng.split(`validation-${fold + 1}`), purgeSamples })
      : { trainIndex, validationIndex: new Int32Array() }),
    testIndex,
  }));
  const leakage = leakageReport(
    split,
    windows,
    folds,
    copies.map(({ people }) => people),
    testSet?.leakage,
  );
  reporter.event(trainingFoldsEvent(split, leakage, folds, warnings, testSet));
  return { folds, leakage, warnings };
}

function trainingFoldsEvent(
  split: SplitKind,
  leakage: LeakageReport,
  folds: readonly FoldParts[],
  warnings: readonly string[],
  testSet: TestSet | null,
): TrainEvent {
  return {
    type: "split",
    split,
    folds: folds.map(({ trainIndex, validationIndex, testIndex }, i) => ({
      fold: i + 1,
      testUsers: leakage.folds[i]!.test_users,
      trainWindows: trainIndex.length,
      validationWindows: validationIndex.length,
      testWindows: testIndex.length,
    })),
    testSet:
      testSet === null
        ? null
        : {
            column: testSet.leakage.column,
            users: testSet.leakage.test_users,
            rows: testSet.rows,
            windows: testSet.windows.labels.length,
          },
    warnings,
  };
}

function areTrainingFoldsByColumn(split: TrainConfig["split"]): split is Exclude<TrainConfig["split"], SplitKind> {
  return fixedSplitOf(split) !== undefined;
}
