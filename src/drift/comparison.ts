// One batch against one reference: all statistics, the score, and how unusual that is without drift.

import type { BaselineReference } from "./baseline-reference.ts";
import type { BatchSummary } from "./batch-summary.ts";
import type { Calibration, CalibrationKind } from "./calibration.ts";
import { conformalPValue, type PValue, rungsAround } from "./null-scores.ts";
import { type BatchStatistics, batchStatistics, farStatistics, mixStandards, type Score, scoreOf } from "./score.ts";

/** The training data, the stream's first batches, or its last ones. */
export type ReferenceKind = "baseline" | "anchor" | "rolling";
export const referenceKinds: readonly ReferenceKind[] = ["baseline", "anchor", "rolling"];

/** What the model knows. */
export interface DriftModel {
  readonly baseline: BaselineReference;
  readonly calibration: Calibration;
  readonly samplingRateHz: number;
}

export interface Comparison {
  readonly reference: ReferenceKind;
  readonly statistics: BatchStatistics;
  readonly score: Score;
  readonly pValue: PValue;
  readonly far: Score;
  /** The far score is above all reach of chance: an alarm in itself. */
  readonly beyond: boolean;
}

/** @returns null where the calibration does not have the reference, or one of the two sides is shorter than its ladder */
export function compare(
  kind: ReferenceKind,
  reference: BatchSummary,
  current: BatchSummary,
  model: DriftModel,
): Comparison | null {
  const { baseline, calibration } = model;
  const rungs = calibration.kinds[calibrationKind(kind)]?.rungs;
  const own = secondsOf(current, model.samplingRateHz);
  // A reference with less in it than was rehearsed varies as one of shorter batches does.
  const reach = secondsOf(reference, model.samplingRateHz) / calibration.reference_batches;
  const seconds = kind === "baseline" ? own : Math.min(own, reach);
  if (rungs === undefined || !(seconds >= slack * rungs[0]!.seconds)) return null;
  const { lower, upper, share } = rungsAround(rungs, seconds);
  const standard = mixStandards(lower.standard, upper.standard, share);
  const statistics = batchStatistics(reference, current, baseline);
  const score = scoreOf(statistics, standard);
  const far = scoreOf(statistics, standard, farStatistics);
  return {
    ...{ reference: kind, statistics, score, far },
    pValue: conformalPValue(rungs, score.score, seconds),
    beyond: far.score > lower.reach + share * (upper.reach - lower.reach),
  };
}

/** Signal time of a summary, missing values included. */
export function secondsOf(summary: BatchSummary, samplingRateHz: number): number {
  const lengths = Object.values(summary).map(({ n, missing }) => n + missing);
  return Math.max(0, ...lengths) / samplingRateHz;
}

/** A batch of the shortest length may lack a sample or two. */
const slack = 0.98;

function calibrationKind(kind: ReferenceKind): CalibrationKind {
  return kind === "baseline" ? "baseline" : "own_past";
}
