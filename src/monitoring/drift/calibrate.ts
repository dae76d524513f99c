// Calibration by rehearsal. Scores drift-free batches of several lengths in the same way as production batches. Each batch is
// compared with the data of all other people (with too few people, with all training data) and, if the person has enough
// recordings, with other sessions of the same person. If chunks have shifted copies, each batch is also scored with one channel shifted; against a stream's own past, the calibration then uses
// the statistic for which the evidence of this shift grows fastest.

import type { Rng } from "../../random.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import { type ClassSummaries, mergeAcrossClasses, mergeClassSummaries } from "../summaries/class-summaries.ts";
import {
  calibrateStreams,
  calibrateStreamsUnits,
  describeDayOfCalibratedStreams,
  type RehearsedKind,
} from "./calibrate-streams.ts";
import type { Calibration, CalibrationKind, KindCalibration } from "./calibration.ts";
import {
  calibrationLadders,
  type Rehearsed,
  rungPValues,
  rungsByEffectiveLength,
  standardizeCalibrationRungs,
} from "./calibration-rung.ts";
import { distancesForClassStandards } from "./class-standards.ts";
import { type DrawPair, drawHeldOutPairs, drawOwnPastPairs, drawPairsToCalibrate, type Pair } from "./draw-pairs.ts";
import { evidenceOf } from "./evidence.ts";
import type { MapItems } from "./map-items.ts";
import type { DayPlan, Group } from "./rehearsal.ts";
import { RehearsalProgress } from "./rehearsal-progress.ts";
import { effectiveRowsForScore, roundScoreFigure, type ScoreStatistic, scoredStatistics } from "./score.ts";

export interface CalibrateOptions {
  /** Mean length of the chunks, in seconds. */
  readonly chunkSeconds: number;
  readonly samplingRateHz: number;
  readonly rng: Rng;
  /** Batch lengths, ascending, none shorter than a chunk (default: 15 s, 1, 5 and 15 minutes). */
  readonly lengthsSeconds?: readonly number[];
  /** Number of batches in the rolling reference and in the anchor (default: 5). */
  readonly referenceBatches?: number;
  /** Drift-free batches per kind and length, split evenly among the groups (default: 500). */
  readonly nullBatches?: number;
  /** Range of the mean bout length, in seconds, or recorded order (default: one chunk to 5 minutes). */
  readonly day?: { readonly boutSeconds: readonly [shortest: number, longest: number] } | "recorded";
  /** Size of the shift in the chunks' `shifted`, in standard deviations of the baseline (default: .6). */
  readonly shiftSd?: number;
  /**
   * The statistic from which the score is computed (default: against the training data, the distance within classes; against a
   * stream's own past, the statistic that detects the shift soonest).
   */
  readonly statistic?: ScoreStatistic;
  /** Stored unchanged; used for kinds of reference that could not be rehearsed (default: null). */
  readonly correlationSeconds?: Calibration["correlation_seconds"];
  /** Called with the share of the work that is done, rising to 1. Must not throw. */
  readonly progress?: (done: number) => void;
  /** Maps over the rehearsals (default: sequentially); see `MapItems`. */
  readonly map?: MapItems;
}

/** Minimum effective length of the batches on which detection is measured; arbitrary. */
const shortestSeenSeconds = 45;
/** Statistics in order of increasing complexity; among equally good ones, the simplest is chosen. */
const scoreStatistics: readonly ScoreStatistic[] = ["ks", "ksWithinClasses", "ksByClass"];

/** Measured time for one pair, as a multiple of the time to merge a chunk. */
const unitsToCalibratePair = (chunks: number): number => 70 + chunks;

/**
 * Calibrates the comparison with each kind of reference by drawing pairs of one reference and one batch:
 * - baseline: a person's batch against the training data without that person; with fewer than 5 people, against all training
 *   data
 * - own_past: a session against as many sessions of the same person as a reference holds batches
 * @param baseline the baseline, including the grids that the chunks were summarised on
 * @param groups one group per person
 * @returns the calibration, excluding kinds of reference with too few recordings
 */
export function calibrate(
  baseline: BaselineReference,
  groups: readonly Group[],
  options: CalibrateOptions,
): Calibration {
  const { chunkSeconds, lengthsSeconds = [15, 60, 300, 900], referenceBatches = 5, nullBatches = 500 } = options;
  const day = dayToCalibrate(options);
  if (
    !(
      chunkSeconds > 0 &&
      (day === "recorded" || day.bouts[1] >= day.bouts[0]) &&
      nullBatches >= 1 &&
      referenceBatches >= 1
    )
  ) {
    throw new RangeError("calibrate: expected lengths and numbers above 0, and the shortest bout length first");
  }
  if (!(lengthsSeconds.length > 0 && lengthsSeconds.every((s, i) => s >= (lengthsSeconds[i - 1] ?? chunkSeconds)))) {
    throw new RangeError(`calibrate: expected ascending lengths of at least ${chunkSeconds} s, got ${lengthsSeconds}`);
  }
  const filled = groups.filter((group) => group.chunks.length > 0);
  const sources: Record<CalibrationKind, { draw: DrawPair; apart: KindCalibration["apart"]; factor: number }> = {
    baseline: { ...drawHeldOutPairs(filled, day), factor: 1 },
    own_past: { ...drawOwnPastPairs(filled, day, referenceBatches), factor: 1 + 1 / referenceBatches },
  };
  const general: Omit<Calibration, "kinds"> = {
    reference_batches: referenceBatches,
    correlation_seconds: options.correlationSeconds ?? null,
    day: describeDayOfCalibratedStreams(day, chunkSeconds),
  };
  const counts = lengthsSeconds.map((seconds) => Math.round(seconds / chunkSeconds));
  const perStage = Math.ceil(nullBatches / Math.max(1, filled.length)) * filled.length;
  const streams = { counts, chunkSeconds, samplingRateHz: options.samplingRateHz, day };
  const units = counts.reduce(
    (sum, count) =>
      sum + perStage * (unitsToCalibratePair(count) + unitsToCalibratePair(count * (1 + referenceBatches))),
    calibrateStreamsUnits(filled.length, streams),
  );
  const progress = new RehearsalProgress(units, options.progress ?? (() => {}), options.map);
  const kinds: Partial<Record<CalibrationKind, RehearsedKind>> = {};
  const ownPastCounts: number[] = [];
  for (const [name, { draw, apart, factor }] of Object.entries(sources) as [
    CalibrationKind,
    (typeof sources)[CalibrationKind],
  ][]) {
    const secondsPerRow = factor / options.samplingRateHz;
    const batches = lengthsSeconds.flatMap((seconds, i) => {
      const rng = options.rng.split(`${name} ${seconds}`);
      const count = counts[i]!;
      const pairs = drawPairsToCalibrate(filled, draw, count, nullBatches, rng);
      if (name === "own_past" && pairs.length > 0) ownPastCounts.push(count);
      const chunks = name === "own_past" ? count * (1 + referenceBatches) : count;
      const step = { progress, units: pairs.length * unitsToCalibratePair(chunks) };
      return rehearseToCalibrate(baseline, pairs, secondsPerRow, rng, step);
    });
    if (batches.length === 0) continue;
    const { rehearsed, classes } = standardizeCalibrationRungs(batches, Object.keys(baseline), secondsPerRow);
    const seen = calibrateSeenShifts(rehearsed, options.shiftSd ?? 0.6);
    const statistic = options.statistic ?? statisticToCalibrate(name, seen);
    const ladders = calibrationLadders(rehearsed, statistic);
    if (ladders.rungs.length === 0) continue;
    kinds[name] = { calibration: { apart, statistic, seen, classes, ...ladders }, rehearsed };
  }
  const measured = calibrateStreams(baseline, filled, kinds, general, {
    ...streams,
    counts: ownPastCounts,
    rng: options.rng,
    progress,
  });
  options.progress?.(1);
  const { baseline: heldOut, own_past: ownPast } = kinds;
  return {
    ...general,
    ...(measured !== null && { run_length: measured.runLength }),
    kinds: {
      ...(heldOut !== undefined && { baseline: heldOut.calibration }),
      ...(ownPast !== undefined && {
        own_past: { ...ownPast.calibration, ...(measured !== null && { streams: measured.streams }) },
      }),
    },
  };
}

function dayToCalibrate({ chunkSeconds, day = { boutSeconds: [chunkSeconds, 300] } }: CalibrateOptions): DayPlan {
  if (day === "recorded") return day;
  const [shortest, longest] = day.boutSeconds.map((seconds) => Math.max(1, seconds / chunkSeconds));
  return { bouts: [shortest!, longest!] };
}

function rehearseToCalibrate(
  baseline: BaselineReference,
  pairs: readonly { group: string; pair: Pair }[],
  secondsPerRow: number,
  rng: Rng,
  { progress, units }: { progress: RehearsalProgress; units: number },
): Rehearsed[] {
  // Draws the channels before distributing the pairs among threads, so that the number of threads does not affect the results.
  const channels = Object.keys(pairs[0]?.pair.current[0]?.shifted ?? {});
  const drawn = pairs.map((own) => ({
    ...own,
    channel: channels.length === 0 ? null : channels[rng.integer(channels.length)]!,
  }));
  return progress.stage(units, drawn, ({ group, channel, pair: { reference: merged, current: chunks } }) => {
    const reference = merged();
    const current = mergeClassSummaries(chunks.map(({ summary }) => summary));
    const seconds = {
      ks: effectiveRowsForScore(reference, current, "ks") * secondsPerRow,
      ksWithinClasses: effectiveRowsForScore(reference, current, "ksWithinClasses") * secondsPerRow,
      ksByClass: effectiveRowsForScore(reference, current, "ksByClass") * secondsPerRow,
    };
    const names = Object.keys(baseline);
    const distances = distancesForClassStandards(reference, current, names);
    const statistics = scoredStatistics(reference, current, baseline, { distances });
    if (channel === null) return { group, statistics, seconds, distances };
    const moved = mergeClassSummaries(chunks.map((chunk) => chunk.shifted![channel]!));
    const known = baselineToCalibrate(baseline, moved);
    const movedDistances = distancesForClassStandards(reference, moved, Object.keys(known));
    const changed = scoredStatistics(reference, moved, known, { distances: movedDistances });
    const shiftedDistances = distances.map((own, k) => {
      const other = movedDistances[k] ?? null;
      return own === null || other === null ? own : { rows: own.rows, ks: { ...own.ks, ...other.ks } };
    });
    return { group, statistics, seconds, distances, shifted: { ...statistics, ...changed }, shiftedDistances };
  });
}

/**
 * Chooses the statistic. Against the stream's own past, the chosen statistic is the one for which the evidence of a shift grows
 * fastest. Against the training data, the statistic is always the distance within classes, because the distance between whole
 * batches depends on people's activities, and per-class standards do not hold for new people. docs/decisions.md has the
 * figures.
 */
function statisticToCalibrate(kind: CalibrationKind, seen: KindCalibration["seen"]): ScoreStatistic {
  if (kind === "baseline") return "ksWithinClasses";
  const growth = (name: ScoreStatistic): number => seen?.growth?.[name] ?? 0;
  return scoreStatistics.reduce((best, name) => (growth(name) > growth(best) ? name : best));
}

/** Restricts the baseline to the channels of a summary. */
function baselineToCalibrate(baseline: BaselineReference, summary: ClassSummaries): BaselineReference {
  return Object.fromEntries(Object.keys(mergeAcrossClasses(summary)).map((name) => [name, baseline[name]!]));
}

function calibrateSeenShifts(rehearsed: readonly Rehearsed[], shiftSd: number): KindCalibration["seen"] {
  if (rehearsed.every(({ shifted }) => shifted === undefined)) return null;
  const pValues = (name: ScoreStatistic): number[] => {
    const rungs = rungsByEffectiveLength(rehearsed, name);
    // Batches of a few seconds contain a single activity, so the statistic that suits them best may do poorly on longer
    // batches.
    const longer = rungs.filter(({ seconds }) => seconds >= shortestSeenSeconds);
    return (longer.length > 0 ? longer : rungs).flatMap(({ seconds, batches }) =>
      rungPValues(
        seconds,
        batches,
        batches.flatMap(({ shifted }) => (shifted === undefined ? [] : [shifted])),
        name,
      ),
    );
  };
  const [ks, ksWithinClasses, ksByClass] = [pValues("ks"), pValues("ksWithinClasses"), pValues("ksByClass")];
  const means = (value: (p: number) => number): Record<ScoreStatistic, number> => {
    const mean = (ps: readonly number[]): number =>
      roundScoreFigure(ps.reduce((sum, p) => sum + value(p), 0) / ps.length);
    return { ks: mean(ks), ksWithinClasses: mean(ksWithinClasses), ksByClass: mean(ksByClass) };
  };
  return { shift_sd: shiftSd, ...means((p) => (p <= 0.05 ? 1 : 0)), growth: means((p) => Math.log(evidenceOf(p))) };
}
