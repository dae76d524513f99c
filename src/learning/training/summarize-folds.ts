// Summarises the folds' predictions: metrics per fold, per person and overall, and their spread.

import type { WindowSet } from "../../signals/data/windows.ts";
import { gatherRows } from "../../stats/gather-rows.ts";
import { type ClassificationMetrics, classificationMetrics } from "../evaluation/classification-metrics.ts";
import type { FoldParts, LeakageReport } from "../evaluation/leakage.ts";
import { metricsSummary } from "../evaluation/metrics-summary.ts";
import type { CvReport, FoldReport, UserReport } from "./cv-report.ts";
import type { FitOutcome } from "./fit-runner.ts";
import { fitStateEpochsInMiniBatches, fitStatePenalty, fitStateSeconds } from "./fit-state.ts";
import { applyTemperature, fitTemperature, temperatureLimits } from "./temperature-scaling.ts";

export interface CrossValidation {
  readonly folds: readonly FoldReport[];
  readonly users: readonly UserReport[];
  readonly pooled: ClassificationMetrics;
  readonly pooledCalibrated: ClassificationMetrics;
  readonly summary: CvReport["summary"];
  readonly temperature: number;
  /** [W, K] out-of-fold probabilities by window, before temperature scaling. */
  readonly probabilities: Float32Array;
  /** [W, K] out-of-fold probabilities after temperature scaling. */
  readonly calibrated: Float32Array;
  /** [W] the fold that tested the window, counting from 1. */
  readonly foldOfWindow: Int32Array;
  readonly warnings: readonly string[];
}

/** What was cross-validated. */
export interface FoldedWindows {
  readonly windows: WindowSet;
  readonly folds: readonly FoldParts[];
  readonly leakage: LeakageReport;
}

/** Describes one fold; its metrics are those on the test part. */
export function describeFold(
  { windows, folds, leakage }: FoldedWindows,
  fold: number,
  outcome: FitOutcome,
): FoldReport {
  const { trainIndex, validationIndex, testIndex } = folds[fold]!;
  const labels = testIndex.map((row) => windows.labels[row]!);
  const epochs = fitStateEpochsInMiniBatches(outcome.epochs);
  const penalty = fitStatePenalty(outcome.epochs);
  return {
    fold: fold + 1,
    test_users: [...leakage.folds[fold]!.test_users],
    n_train: trainIndex.length,
    n_validation: validationIndex.length,
    n_test: testIndex.length,
    best_epoch: epochs.findLast(({ best }) => best)?.epoch ?? 0,
    epochs: epochs.length,
    ...(penalty !== undefined && { penalty }),
    seconds: fitStateSeconds(outcome.epochs),
    metrics: classificationMetrics(labels, outcome.probabilities!, windows.classes),
  };
}

/** @param folds results of `describeFold`, one per fold */
export function summarizeFolds(
  data: FoldedWindows,
  outcomes: readonly FitOutcome[],
  folds: readonly FoldReport[],
): CrossValidation {
  const { windows } = data;
  const { classes, labels } = windows;
  const probabilities = new Float32Array(labels.length * classes.length);
  const foldOfWindow = new Int32Array(labels.length);
  for (const [fold, { testIndex }] of data.folds.entries()) {
    for (const [i, row] of testIndex.entries()) {
      const own = outcomes[fold]!.probabilities!.subarray(i * classes.length, (i + 1) * classes.length);
      probabilities.set(own, row * classes.length);
      foldOfWindow[row] = fold + 1;
    }
  }
  const users = summarizeFoldUsers(windows, probabilities, foldOfWindow);
  const worst = users.reduce((a, b) => (b.metrics.macro_f1 < a.metrics.macro_f1 ? b : a));
  const temperature = fitTemperature(probabilities, labels, classes.length);
  const calibrated = applyTemperature(probabilities, classes.length, temperature);
  return {
    folds,
    users,
    temperature,
    probabilities,
    calibrated,
    foldOfWindow,
    pooled: classificationMetrics(labels, probabilities, classes),
    pooledCalibrated: classificationMetrics(labels, calibrated, classes),
    summary: {
      over_folds: metricsSummary(folds.map(({ metrics }) => metrics)),
      over_users: metricsSummary(users.map(({ metrics }) => metrics)),
      worst_user: { user: worst.user, macro_f1: worst.metrics.macro_f1, accuracy: worst.metrics.accuracy },
    },
    warnings: foldSummaryTemperatureWarnings(temperature),
  };
}

/**
 * Figures of each person.
 * @param probabilities [W, K]
 * @param foldOfWindow [W]
 */
export function summarizeFoldUsers(
  { groups, labels, users, classes }: Pick<WindowSet, "groups" | "labels" | "users" | "classes">,
  probabilities: Float32Array,
  foldOfWindow: Int32Array,
): UserReport[] {
  const rowsOf = Map.groupBy(groups.keys(), (row) => groups[row]!);
  return users.flatMap((user, group) => {
    const rows = rowsOf.get(group);
    if (rows === undefined) return [];
    const folds = new Set(rows.map((row) => foldOfWindow[row]!));
    const metrics = classificationMetrics(
      Int32Array.from(rows, (row) => labels[row]!),
      gatherRows(probabilities, rows, classes.length),
      classes,
    );
    return [{ user, fold: folds.size === 1 ? [...folds][0]! : null, metrics }];
  });
}

function foldSummaryTemperatureWarnings(temperature: number): string[] {
  if (temperature === temperatureLimits.lower) {
    return ["no out-of-fold prediction was wrong, so the network's confidence could not be calibrated"];
  }
  if (temperature === temperatureLimits.upper) {
    return [
      "the out-of-fold predictions are no better than chance: this model has learned nothing that helps with new people",
    ];
  }
  return [];
}
