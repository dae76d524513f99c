// Compares one batch with one reference: computes all statistics, the score, and the p-value of that score in the absence of
// drift. Uses the first method that is available: rehearsed batches (see `calibrate`), the Kolmogorov-Smirnov test with the
// effective number of independent values, or constants, which yield no p-value.

import { ksPValue } from "../../stats/ks.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { BatchSummary } from "../summaries/batch-summary.ts";
import { batchSummaryRows } from "../summaries/batch-summary.ts";
import { type ClassSummaries, mergeAcrossClasses } from "../summaries/class-summaries.ts";
import { withoutSensorSignals } from "../summaries/sensor-signals.ts";
import type { Calibration, CalibrationKind, KindCalibration } from "./calibration.ts";
import { rungsForComparison } from "./calibration-rung.ts";
import { classStandardScores, distancesForClassStandards, effectiveCountForClassStandards } from "./class-standards.ts";
import { type FixedFinding, judgeByThresholds, thresholdExcess } from "./fixed-thresholds.ts";
import { impossibleValues } from "./impossible-values.ts";
import {
  conformalPValueOfNullScores,
  learnedNullScore,
  noScores,
  nullScoreExcess,
  nullScoreRungsAround,
  type OwnScores,
  type PValue,
} from "./null-scores.ts";
import {
  type BatchStatistics,
  effectiveRowsForScore,
  farStatisticsOfScore,
  type Score,
  scoreOf,
  scoreStandardBetween,
  scoresByChannel,
  statisticsForScore,
} from "./score.ts";
import { unseenShareWithinClasses } from "./within-classes.ts";

/** What a batch is compared with: the training data, the stream's first batches, or its last batches. */
export type ReferenceKind = "baseline" | "anchor" | "rolling";
export const referenceKinds: readonly ReferenceKind[] = ["baseline", "anchor", "rolling"];

/** What a model knows about its training data and about drift-free batches. */
export interface DriftModel {
  /** The network's channels; a subset of the names in `baseline`. */
  readonly channels: readonly string[];
  readonly baseline: BaselineReference;
  /** The training data by the classes that cross-validation predicted for it. */
  readonly byClass: ClassSummaries;
  readonly calibration: Calibration;
  readonly samplingRateHz: number;
  /** Signals that give the magnitude of an acceleration including gravity (default: none). */
  readonly gravityLengths?: readonly string[];
}

/**
 * Source of a p-value: how rehearsed batches were kept separate from their reference, the KS test, or constants (no p-value).
 */
export type Method = KindCalibration["apart"] | "effective sample size" | "constants";

export interface Comparison {
  readonly reference: ReferenceKind;
  readonly method: Method;
  readonly statistics: BatchStatistics;
  /** Effective length of the compared data; see `effectiveRowsForScore`. */
  readonly seconds: number;
  /** Share of the batch in classes that are missing from the reference. */
  readonly unseenShare: number;
  /**
   * The largest statistic, standardised against rehearsed batches; for other methods, the largest -log10 p of the KS test, or
   * the largest multiple of a constant.
   */
  readonly score: Score;
  /** Null if the batch is judged by constants. */
  readonly pValue: PValue | null;
  /** The score that the stream's own variation is estimated from; null if no batches were rehearsed. */
  readonly learned: number | null;
  /**
   * P-value of the distance from the training data, given the stream's usual distance from it. Null for other references, and
   * if no other people were rehearsed.
   */
  readonly usual: PValue | null;
  /** How far the score is from the usual score; see `nullScoreExcess`. Null if nothing was rehearsed. */
  readonly excess: number | null;
  /**
   * The far score (see score.ts), or the magnitude of values that no person can cause, each as a multiple of its own limit;
   * null if neither is known.
   */
  readonly far: Score | null;
  /** Whether the far score exceeds its limit, so that the batch cannot be explained by chance. */
  readonly beyond: boolean;
  /** Whether the batch is beyond chance because no person can cause such values, which raises an alarm on its own. */
  readonly impossible: boolean;
  /** Whether the values may have become impossible gradually (default: false). */
  readonly isGradual?: boolean;
  /**
   * Scores by channel; their maximum is `far` if the batch is beyond chance, and `score` otherwise.
   */
  readonly channelScores: Readonly<Record<string, number>>;
  /** Statistics that exceed their constants. */
  readonly findings: readonly FixedFinding[];
  /** Evidence needed for an alarm, as a multiple of the run length; see the calibration. */
  readonly evidenceFactor: number;
}

export interface ComparisonOptions {
  /** "fixed" judges by constants even if a calibration exists (default: calibrated). */
  readonly thresholds?: "calibrated" | "fixed" | undefined;
  /** Earlier scores of the stream against the same reference. */
  readonly own?: OwnScores | undefined;
}

/**
 * @returns null if nothing can be compared: the batch or the reference is too short (see `slack`), or they have no class in
 * common
 */
export function compare(
  kind: ReferenceKind,
  reference: ClassSummaries,
  current: ClassSummaries,
  model: DriftModel,
  { thresholds = "calibrated", own = noScores }: ComparisonOptions = {},
): Comparison | null {
  const { baseline, calibration } = model;
  const known = calibration.kinds[comparisonCalibrationKind(kind)];
  const method = thresholds === "fixed" ? "constants" : comparisonMethod(calibration, known);
  const share = kind === "baseline" ? 1 : 1 + 1 / calibration.reference_batches;
  const statistic = method === "constants" ? "ks" : (known?.statistic ?? "ks");
  const seconds = (effectiveRowsForScore(reference, current, statistic) * share) / model.samplingRateHz;
  if (!(seconds > 0)) return null;
  const outside = kind === "baseline" ? impossibleValues(current, baseline, model.gravityLengths) : null;
  const facts = { reference: kind, method, seconds, unseenShare: unseenShareWithinClasses(reference, current) };
  if (method === "constants")
    return { ...facts, ...comparisonByConstants(statisticsForScore(reference, current, baseline), model.channels) };
  if (known === undefined) {
    const correlation = calibration.correlation_seconds!;
    const [before, now] = [reference, current].map((side) =>
      comparedSeconds(mergeAcrossClasses(side), model.samplingRateHz),
    );
    const judged = comparisonByKsTest(statisticsForScore(reference, current, baseline), correlation, before!, now!);
    return { ...facts, ...judged, ...outside };
  }
  if (!(seconds >= slack * known.rungs[0]!.seconds)) return null;
  const names = Object.keys(baseline);
  const distances = distancesForClassStandards(reference, current, names);
  const judging = { ...known, rungs: rungsForComparison(known, effectiveCountForClassStandards(distances)) };
  const byClass =
    known.classes === undefined
      ? {}
      : classStandardScores(distances, known.classes, share / model.samplingRateHz, names);
  return {
    ...facts,
    ...comparisonByRehearsal(
      kind,
      statisticsForScore(reference, current, baseline, { byClass, distances }),
      judging,
      seconds,
      own,
    ),
    // The alarm level must not depend on whether a comparison with the stream's past was possible.
    evidenceFactor: comparisonEvidenceFactor(calibration.kinds.own_past ?? known, {
      batch: batchSecondsInComparison(current, model),
      compared: seconds,
    }),
    ...outside,
  };
}

/** Duration of the samples in a summary, including those with missing values. */
export function comparedSeconds(summary: BatchSummary, samplingRateHz: number): number {
  return batchSummaryRows(summary) / samplingRateHz;
}

/**
 * Minimum effective length, as a share of the shortest rehearsed length. It is less than 1 because a batch of that length may
 * contain classes that are missing from the reference.
 */
const slack = 0.5;

type Judged = Pick<
  Comparison,
  | "statistics"
  | "score"
  | "learned"
  | "usual"
  | "excess"
  | "pValue"
  | "far"
  | "beyond"
  | "impossible"
  | "channelScores"
  | "findings"
  | "evidenceFactor"
>;

function comparisonByRehearsal(
  kind: ReferenceKind,
  statistics: BatchStatistics,
  { rungs, statistic, apart }: KindCalibration,
  seconds: number,
  own: OwnScores,
): Omit<Judged, "evidenceFactor"> {
  const { lower, upper, share } = nullScoreRungsAround(rungs, seconds);
  const standard = scoreStandardBetween(lower.standard, upper.standard, share);
  const score = scoreOf(statistics, standard, [statistic]);
  const limit = lower.reach + share * (upper.reach - lower.reach);
  const widest = scoreOf(statistics, standard, farStatisticsOfScore(standard));
  // If the spreads of the rehearsed batches did not vary, their usual range is unknown.
  const far = limit > 0 ? { ...widest, score: widest.score / limit } : null;
  const isBaseline = kind === "baseline";
  const pValue = conformalPValueOfNullScores(rungs, score.score, seconds, isBaseline ? noScores : own);
  const usual = isBaseline && apart === "people" ? conformalPValueOfNullScores(rungs, score.score, seconds, own) : null;
  const beyond = far !== null && far.score > 1;
  const learned = isBaseline ? score.score : learnedNullScore(rungs, score.score, seconds);
  const excess = nullScoreExcess(rungs, score.score, seconds, isBaseline ? own : noScores);
  const channelScores = beyond
    ? scoresByChannel(statistics, standard, farStatisticsOfScore(standard), limit)
    : scoresByChannel(statistics, standard, [statistic]);
  const facts = { statistics, score, learned, usual, excess, pValue, far, beyond, impossible: false };
  return { ...facts, channelScores, findings: [] };
}

function batchSecondsInComparison(batch: ClassSummaries, { samplingRateHz }: DriftModel): number {
  return comparedSeconds(mergeAcrossClasses(batch), samplingRateHz);
}

/**
 * Interpolates the evidence factor by the length of the batch or, in older calibrations, by the length of the compared data.
 */
function comparisonEvidenceFactor(
  { streams, rungs }: KindCalibration,
  seconds: { readonly batch: number; readonly compared: number },
): number {
  const { lower, upper, share } =
    streams === undefined
      ? nullScoreRungsAround(rungs, seconds.compared)
      : nullScoreRungsAround(streams, seconds.batch);
  return lower.evidence_factor + share * (upper.evidence_factor - lower.evidence_factor);
}

/** Judges by the smallest p-value over the channels, multiplied by the number of channels. */
function comparisonByKsTest(
  statistics: BatchStatistics,
  correlationSeconds: Readonly<Record<string, number>>,
  referenceSeconds: number,
  currentSeconds: number,
): Judged {
  const channels = Object.entries(statistics);
  const ps = channels.map(([name, { ks }]) => {
    const [n, m] = [referenceSeconds, currentSeconds].map((s) => Math.max(1, s / correlationSeconds[name]!));
    const p = Math.max(Math.min(1, channels.length * ksPValue(ks, n!, m!)), Number.MIN_VALUE);
    return { channel: name, p, score: -Math.log10(p) };
  });
  const { channel, p, score } = ps.reduce((a, b) => (b.p < a.p ? b : a));
  return {
    statistics,
    score: { score, channel, statistic: "ks" },
    channelScores: Object.fromEntries(ps.map((own) => [own.channel, own.score])),
    pValue: { p, extrapolated: p, resolution: 0, asHigh: 0, nullBatches: 0, people: 0, withinLadder: true },
    learned: null,
    usual: null,
    excess: null,
    far: null,
    beyond: false,
    impossible: false,
    findings: [],
    evidenceFactor: 1,
  };
}

function comparisonByConstants(statistics: BatchStatistics, sensed: readonly string[]): Judged {
  const { findings } = judgeByThresholds(withoutSensorSignals(statistics, sensed));
  const [worst] = findings;
  const score =
    worst === undefined
      ? { score: 0, channel: Object.keys(statistics)[0]!, statistic: "ks" as const }
      : { channel: worst.channel, statistic: worst.statistic, score: thresholdExcess(worst) };
  const channelScores: Record<string, number> = Object.fromEntries(sensed.map((name) => [name, 0]));
  for (const finding of findings.toReversed()) channelScores[finding.channel] = thresholdExcess(finding);
  const unknown = {
    learned: null,
    usual: null,
    excess: null,
    pValue: null,
    far: null,
    beyond: false,
    impossible: false,
    evidenceFactor: 1,
  } as const;
  return { ...unknown, statistics, score, channelScores, findings };
}

function comparisonMethod(calibration: Calibration, known: KindCalibration | undefined): Method {
  return known?.apart ?? (calibration.correlation_seconds === null ? "constants" : "effective sample size");
}

function comparisonCalibrationKind(kind: ReferenceKind): CalibrationKind {
  return kind === "baseline" ? "baseline" : "own_past";
}
