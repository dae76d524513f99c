// `tidemark baseline`: shows or checks a model's frozen baseline.
import type { BaselineStats } from "../monitoring/drift/baseline-stats.ts";
import { calibrationDay, type RehearsedDay } from "../monitoring/drift/calibration.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { baselineFileFaults } from "../monitoring/streams/baseline-faults.ts";
import { openWatchedModel } from "../monitoring/streams/watched-model.ts";

export type { AccuracyCalibration, AccuracyRung } from "../monitoring/drift/accuracy-estimate.ts";
export { type BaselineStats, type ChannelStats, storedBaselineStats } from "../monitoring/drift/baseline-stats.ts";
export type {
  Calibration,
  CalibrationKind,
  CalibrationRung,
  KindCalibration,
  LargestChanges,
  MeasuredRunLength,
  MixRungs,
  RehearsedDay,
  SeenByStatistic,
  StreamRung,
} from "../monitoring/drift/calibration.ts";
export type { ChannelStatistics } from "../monitoring/drift/channel-statistics.ts";
export type { ClassRung, ClassStandards } from "../monitoring/drift/class-standards.ts";
export type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
export type { NullRung } from "../monitoring/drift/null-scores.ts";
export type { PairStatistics, ScoreStatistic, Standard, StatisticName } from "../monitoring/drift/score.ts";
export type { BatchSummary, ChannelSummary } from "../monitoring/summaries/batch-summary.ts";
export type { ClassSummaries } from "../monitoring/summaries/class-summaries.ts";
export type { ModelSignals, SignalSummary } from "../monitoring/summaries/model-signals.ts";

/** The frozen baseline of a model. */
export interface ShownBaseline {
  /** The content of baseline_stats.json, with the keys of `drift` in camelCase. */
  readonly baseline: BaselineStats;
  /** The content of `baseline.drift`, after validation. */
  readonly drift: DriftBaseline;
  /** The days rehearsed in the calibration; null if there were none, or if the calibration comes from an older version. */
  readonly day: RehearsedDay | null;
}

/**
 * Checks the whole model folder and reads its frozen baseline.
 *
 * @throws UserError if the folder was modified, or its baseline cannot be used; the message lists all faults
 */
export async function showBaseline(model: string): Promise<ShownBaseline> {
  const { baseline, drift } = await openWatchedModel(model);
  return { baseline, drift, day: calibrationDay(drift.calibration) };
}

/** Faults in a model folder's baseline, which is compared with the folder's manifest and scaler; empty if there are none. */
export function validateBaseline(model: string): Promise<string[]> {
  return baselineFileFaults(model);
}
