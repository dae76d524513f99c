// Calibration by rehearsal. For each of several lengths, drift-free batches of people who are not in the reference are
// scored as production batches will be. If chunks come with shifted copies, each batch is also scored with one channel
// shifted. This shows which score makes the evidence grow fastest, and calibration chooses that score.

import type { Rng } from "../../stats/random.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import {
  type ClassSummaries,
  mergeAcrossClasses,
  mergeClassSummaries,
  subtractClassSummaries,
} from "../summaries/class-summaries.ts";
import type {
  Calibration,
  CalibrationKind,
  KindCalibration,
  MeasuredRunLength,
  RehearsedDay,
  StreamRung,
} from "./calibration.ts";
import {
  bareCalibrationLadders,
  byEffectiveLength,
  calibrationLadders,
  type Rehearsed,
  rungPValues,
  standardizeByClass,
} from "./calibration-rung.ts";
import { classDistances } from "./class-standards.ts";
import {
  type DrawPair,
  drawPairsToCalibrate,
  ownPastToCalibrate,
  type Pair,
  strangersToCalibrate,
} from "./draw-pairs.ts";
import { evidenceOf } from "./evidence.ts";
import {
  batchesPerStream,
  evidenceFactorOfPaths,
  evidenceFactorPaths,
  type RehearsedStream,
} from "./evidence-factor.ts";
import { type DayPlan, type Group, rehearsalChoices, variedRehearsalChoices } from "./rehearsal.ts";
import { RehearsalProgress } from "./rehearsal-progress.ts";
import { type JudgedDays, measureRunLength } from "./run-length.ts";
import { roundScoreFigure, type ScoreStatistic, scoredStatistics, scorePairSize } from "./score.ts";

export interface CalibrateOptions {
  /** Mean length of the chunks. */
  readonly chunkSeconds: number;
  readonly samplingRateHz: number;
  readonly rng: Rng;
  /** Ascending, none shorter than a chunk (default: 15 s, 1, 5 and 15 minutes). */
  readonly lengthsSeconds?: readonly number[];
  /** Batches in the rolling reference and in the anchor (default: 5). */
  readonly referenceBatches?: number;
  /** Drift-free batches per kind and length, divided evenly among the groups (default: 500). */
  readonly nullBatches?: number;
  /** Range of the mean duration of one activity, in seconds, or recorded order (default: one chunk to 5 minutes). */
  readonly day?: { readonly boutSeconds: readonly [shortest: number, longest: number] } | "recorded";
  /** Size of the shift in the chunks' `shifted`, in standard deviations of the baseline (default: .6). */
  readonly shiftSd?: number;
  /** The statistic behind the score (default: the one that detects the shift soonest). */
  readonly statistic?: ScoreStatistic;
  /** Stored unchanged, for kinds that could not be rehearsed (default: null). */
  readonly correlationSeconds?: Calibration["correlation_seconds"];
  /** Receives the share of the work that is done, ascending to 1. Must not throw. */
  readonly progress?: (done: number) => void;
}

interface Rehearsal {
  /** Chunks per batch. */
  readonly count: number;
  readonly batches: readonly Rehearsed[];
}

/** Effective length from which batches are used to measure detection; an arbitrary limit. */
const shortestSeenSeconds = 45;
/** The simplest first: it is chosen if the others are no better. */
const scoreStatistics: readonly ScoreStatistic[] = ["ks", "ksWithinClasses", "ksByClass"];

/** Duration of a pair's or a stream's batch: the unit is the time it takes to merge one more chunk. Measured, so estimates. */
const pairUnits = (chunks: number): number => 70 + chunks;
const streamUnits = (chunks: number): number => batchesPerStream * (150 + chunks);

/**
 * Per kind of reference:
 * - baseline: a person's batch against the training data without that person; with fewer than 5 people, against all
 * training data
 * - own_past: a session against as many sessions of the same person as a reference holds batches
 * @param baseline whose grids the chunks were counted on
 * @param groups one group per person
 * @returns the calibration, without the kinds for which there are too few recordings
 */
export function calibrate(
  baseline: BaselineReference,
  groups: readonly Group[],
  options: CalibrateOptions,
): Calibration {
  const { chunkSeconds, lengthsSeconds = [15, 60, 300, 900], referenceBatches = 5, nullBatches = 500 } = options;
  const day = dayPlan(options);
  if (
    !(
      chunkSeconds > 0 &&
      (day === "recorded" || day.bouts[1] >= day.bouts[0]) &&
      nullBatches >= 1 &&
      referenceBatches >= 1
    )
  ) {
    throw new RangeError("calibrate: expected lengths and numbers above 0, and bouts of at least one chunk");
  }
  if (!(lengthsSeconds.length > 0 && lengthsSeconds.every((s, i) => s >= (lengthsSeconds[i - 1] ?? chunkSeconds)))) {
    throw new RangeError(`calibrate: expected ascending lengths of at least ${chunkSeconds} s, got ${lengthsSeconds}`);
  }
  const filled = groups.filter((group) => group.chunks.length > 0);
  const sources: Record<CalibrationKind, { draw: DrawPair; apart: KindCalibration["apart"]; factor: number }> = {
    baseline: { ...strangersToCalibrate(filled, day), factor: 1 },
    own_past: { ...ownPastToCalibrate(filled, day, referenceBatches), factor: 1 + 1 / referenceBatches },
  };
  const general: Omit<Calibration, "kinds"> = {
    reference_batches: referenceBatches,
    correlation_seconds: options.correlationSeconds ?? null,
    day: describeDay(day, chunkSeconds),
  };
  const counts = lengthsSeconds.map((seconds) => Math.round(seconds / chunkSeconds));
  const perStage = Math.ceil(nullBatches / Math.max(1, filled.length)) * filled.length;
  const units = counts.reduce(
    (sum, count) =>
      sum +
      perStage * (pairUnits(count) + pairUnits(count * (1 + referenceBatches))) +
      filled.length * streamUnits(count),
    filled.length * judgedDays(day).length * streamUnits(judgedCount(counts, chunkSeconds)),
  );
  const progress = new RehearsalProgress(units, options.progress ?? (() => {}));
  const kinds: Partial<Record<CalibrationKind, KindCalibration>> = {};
  const strangers: Rehearsed[] = [];
  let runLength: MeasuredRunLength | null = null;
  for (const [name, { draw, apart, factor }] of Object.entries(sources) as [
    CalibrationKind,
    (typeof sources)[CalibrationKind],
  ][]) {
    const ladder = lengthsSeconds.flatMap((seconds) => {
      const rng = options.rng.split(`${name} ${seconds}`);
      const count = Math.round(seconds / chunkSeconds);
      const pairs = drawPairsToCalibrate(filled, draw, count, nullBatches, rng);
      if (pairs.length === 0) return [];
      const chunks = name === "own_past" ? count * (1 + referenceBatches) : count;
      const step = { progress, units: pairs.length * pairUnits(chunks) };
      return [{ count, ...rehearseToCalibrate(baseline, pairs, factor / options.samplingRateHz, rng, step) }];
    });
    if (ladder.length === 0) continue;
    const secondsPerRow = factor / options.samplingRateHz;
    const { rehearsed, classes } = standardizeByClass(
      ladder.flatMap(({ batches }) => batches),
      Object.keys(baseline),
      secondsPerRow,
    );
    const seen = calibrateSeenShifts(rehearsed, options.shiftSd ?? 0.6);
    const statistic = options.statistic ?? bestStatistic(name, seen);
    const ladders = calibrationLadders(rehearsed, statistic);
    if (ladders.rungs.length === 0) continue;
    const kind: KindCalibration = { apart, statistic, seen, classes, ...ladders };
    kinds[name] = kind;
    if (name === "baseline") strangers.push(...rehearsed);
    if (name !== "own_past") continue;
    const counts = ladder.map(({ count }) => count);
    const of = { groups: filled, rehearsed, counts, general, stranger: kinds.baseline, strangers };
    const measured = calibrateStreams(kind, baseline, of, options, progress);
    if (measured === null) continue;
    kinds[name] = { ...kind, streams: measured.streams };
    runLength = measured.runLength;
  }
  options.progress?.(1);
  return { ...general, ...(runLength !== null && { run_length: runLength }), kinds };
}

function describeDay(day: DayPlan, chunkSeconds: number): RehearsedDay {
  return day === "recorded" ? day : { bout_seconds: [day.bouts[0] * chunkSeconds, day.bouts[1] * chunkSeconds] };
}

/** Days as they are rehearsed, and days of bouts twice as long as the longest of them on average. */
function judgedDays(day: DayPlan): DayPlan[] {
  return day === "recorded" ? [day] : [day, { bouts: [2 * day.bouts[1], 2 * day.bouts[1]] }];
}

/** The batch length for which the run length is measured: the one nearest to a minute. */
function judgedCount(counts: readonly number[], chunkSeconds: number): number {
  const far = (count: number): number => Math.abs(Math.log((count * chunkSeconds) / 60));
  return counts.reduce((best, count) => (far(count) < far(best) ? count : best));
}

function dayPlan({ chunkSeconds, day = { boutSeconds: [chunkSeconds, 300] } }: CalibrateOptions): DayPlan {
  if (day === "recorded") return day;
  const [shortest, longest] = day.boutSeconds.map((seconds) => Math.max(1, seconds / chunkSeconds));
  return { bouts: [shortest!, longest!] };
}

/**
 * The evidence factor for each batch length. It is measured on rehearsed streams of everyone who has enough recordings,
 * each judged by the other people's calibration. Then the run length that it gives to people whom it left out.
 * @returns null if there are too few people
 */
function calibrateStreams(
  calibration: KindCalibration,
  baseline: BaselineReference,
  of: {
    groups: readonly Group[];
    rehearsed: readonly Rehearsed[];
    counts: readonly number[];
    general: Omit<Calibration, "kinds">;
    stranger: KindCalibration | undefined;
    strangers: readonly Rehearsed[];
  },
  options: CalibrateOptions,
  progress: RehearsalProgress,
): { streams: StreamRung[]; runLength: MeasuredRunLength } | null {
  const { samplingRateHz, chunkSeconds } = options;
  const day = dayPlan(options);
  const people = of.groups.flatMap((group): (RehearsedStream & { group: Group })[] => {
    const source = { choices: variedRehearsalChoices(rehearsalChoices(group).choices), recorded: group.chunks };
    if (day !== "recorded" && source.choices.size === 0) return [];
    const others = of.rehearsed.filter((batch) => batch.group !== group.name);
    if (others.length === 0) return [];
    return [{ group, source, ownPast: { ...calibration, ...bareCalibrationLadders(others, calibration.statistic) } }];
  });
  if (people.length < 2) return null;
  const byClass = mergeClassSummaries(of.groups.flatMap(({ chunks }) => chunks.map(({ summary }) => summary)));
  const rungs = of.counts.map((count) => {
    const paths = evidenceFactorPaths(baseline, byClass, people, {
      count,
      day,
      calibration: of.general,
      samplingRateHz,
      rng: options.rng.split(`streams ${count}`),
      map: (all, path) => progress.stage(all.length * streamUnits(count), all, path),
    });
    return { count, seconds: roundScoreFigure(count * chunkSeconds), paths };
  });
  const { count, seconds, paths } = rungs.find((rung) => rung.count === judgedCount(of.counts, chunkSeconds))!;
  const kinds = judgedDays(day).map((plan): JudgedDays => ({ day: plan, described: describeDay(plan, chunkSeconds) }));
  const leftOut = people.map(({ group, source, ownPast }, i) => {
    const factor = roundScoreFigure(evidenceFactorOfPaths(paths.filter((_, other) => other !== i)));
    const others = of.strangers.filter((batch) => batch.group !== group.name);
    const stranger =
      of.stranger !== undefined && others.length > 0
        ? { baseline: { ...of.stranger, ...bareCalibrationLadders(others, of.stranger.statistic) } }
        : {};
    const own = { ...ownPast, streams: [{ seconds, evidence_factor: factor }] };
    return {
      source,
      model: {
        channels: Object.keys(baseline),
        baseline,
        byClass: subtractClassSummaries(byClass, mergeClassSummaries(group.chunks.map(({ summary }) => summary))),
        calibration: { ...of.general, kinds: { ...stranger, own_past: own } },
        samplingRateHz,
      },
    };
  });
  const runLength = measureRunLength(leftOut, kinds, {
    count,
    seconds,
    batches: batchesPerStream,
    rng: options.rng.split("run length"),
    map: (all, each) => progress.stage(all.length * kinds.length * streamUnits(count), all, each),
  });
  const streams = rungs.map((rung) => ({
    seconds: rung.seconds,
    evidence_factor: roundScoreFigure(evidenceFactorOfPaths(rung.paths)),
  }));
  return { streams, runLength };
}

function rehearseToCalibrate(
  baseline: BaselineReference,
  pairs: readonly { group: string; pair: Pair }[],
  secondsPerRow: number,
  rng: Rng,
  { progress, units }: { progress: RehearsalProgress; units: number },
): Omit<Rehearsal, "count"> {
  const batches = progress.stage(units, pairs, ({ group, pair: { reference: merged, current: chunks } }) => {
    const reference = merged();
    const current = mergeClassSummaries(chunks.map(({ summary }) => summary));
    const seconds = {
      ks: scorePairSize(reference, current, "ks") * secondsPerRow,
      ksWithinClasses: scorePairSize(reference, current, "ksWithinClasses") * secondsPerRow,
      ksByClass: scorePairSize(reference, current, "ksByClass") * secondsPerRow,
    };
    const names = Object.keys(baseline);
    const distances = classDistances(reference, current, names);
    const statistics = scoredStatistics(reference, current, baseline);
    const channels = Object.keys(chunks[0]!.shifted ?? {});
    if (channels.length === 0) return { group, statistics, seconds, distances };
    const channel = channels[rng.integer(channels.length)]!;
    const moved = mergeClassSummaries(chunks.map((chunk) => chunk.shifted![channel]!));
    const changed = scoredStatistics(reference, moved, baselineToCalibrate(baseline, moved));
    const movedDistances = classDistances(reference, moved, Object.keys(changed));
    const shiftedDistances = distances.map((own, k) => {
      const other = movedDistances[k] ?? null;
      return own === null || other === null ? own : { rows: own.rows, ks: { ...own.ks, ...other.ks } };
    });
    return { group, statistics, seconds, distances, shifted: { ...statistics, ...changed }, shiftedDistances };
  });
  return { batches };
}

/**
 * Against the stream's own past, the statistic with which the evidence of a shift grows fastest. Against the training data,
 * always the distance within classes: that of whole batches depends on which activities people happen to do, and standards
 * by class do not carry over to strangers. docs/decisions.md has the figures.
 */
function bestStatistic(kind: CalibrationKind, seen: KindCalibration["seen"]): ScoreStatistic {
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
    const rungs = byEffectiveLength(rehearsed, name);
    // A batch of a few seconds contains a single activity; a statistic that works well on it may not do so on longer
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
