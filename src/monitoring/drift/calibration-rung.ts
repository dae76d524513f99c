// Computes a rung (one step on a ladder of batch lengths) from the statistics of drift-free batches of one length, and measures
// its false alarms on held-out people.

import type { CalibrationRung, KindCalibration } from "./calibration.ts";
import {
  type ClassDistances,
  type ClassStandards,
  classStandardScores,
  classStandards,
  effectiveCountForClassStandards,
} from "./class-standards.ts";
import { pValueInNullScores, rungOfNullScores } from "./null-scores.ts";
import {
  farStatistics,
  roundScoreFigure,
  type ScoredStatistics,
  type ScoreStatistic,
  scoreOf,
  scoreStandardOf,
} from "./score.ts";

/**
 * A drift-free batch from `group`, compared with a reference that excludes it, unless there are too few people to hold one out.
 */
export interface Rehearsed {
  readonly group: string;
  readonly statistics: ScoredStatistics;
  /** Statistics for the same comparison with one channel of the batch shifted. */
  readonly shifted?: ScoredStatistics;
  readonly distances: readonly (ClassDistances | null)[];
  readonly shiftedDistances?: readonly (ClassDistances | null)[];
  /** Effective length of the comparison; see `effectiveRowsForScore`. */
  readonly seconds: Readonly<Record<ScoreStatistic, number>>;
}

/** Minimum number of batches per rung, unless there are fewer in all; arbitrary. */
const batchesPerRung = 250;
/**
 * Minimum ratio between the lengths of neighbouring rungs; closer rungs are merged. Batches of one nominal length differ a
 * little in effective length, because some people recorded more than others; a boundary between such batches would separate
 * people, not lengths.
 */
const leastLengthRatio = 1.25;
/** Boundaries between few, some and many common classes; chosen on half of the people in WISDM. */
const classBorders = [0, 1.4, 2.4, null] as const;

/**
 * Groups batches by the effective length of their comparisons, shortest first, because a long batch that shares few classes
 * with its reference varies as much as a short batch. Omits batches that share no class with their reference.
 * @returns groups of similar size, except that neighbouring groups of similar length are merged
 */
export function rungsByEffectiveLength(
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): { readonly seconds: number; readonly batches: Rehearsed[] }[] {
  const usable = rehearsed.filter(({ seconds }) => seconds[statistic] > 0);
  const sorted = usable.toSorted((a, b) => a.seconds[statistic] - b.seconds[statistic]);
  if (sorted.length === 0) return [];
  const count = Math.max(1, Math.floor(sorted.length / batchesPerRung));
  const groups: { readonly seconds: number; readonly batches: Rehearsed[] }[] = [];
  for (let i = 0; i < count; i++) {
    const batches = sorted.slice(
      Math.round((i * sorted.length) / count),
      Math.round(((i + 1) * sorted.length) / count),
    );
    const logs = batches.map(({ seconds }) => Math.log(seconds[statistic]));
    const seconds = roundScoreFigure(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length));
    const before = groups.at(-1);
    if (before !== undefined && before.seconds * leastLengthRatio > seconds) before.batches.push(...batches);
    else groups.push({ seconds, batches });
  }
  return groups;
}

/** @param rehearsed at least one batch */
export function calibrationRung(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): CalibrationRung {
  return {
    ...bareCalibrationRung(seconds, rehearsed, statistic),
    false_alarms: rungFalseAlarms(seconds, rehearsed, statistic),
    evidence_factor: 1,
  };
}

/** Returns the p-value of each of `batches`, which may show drift, among the scores of `rehearsed`. */
export function rungPValues(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  batches: readonly ScoredStatistics[],
  statistic: ScoreStatistic,
): number[] {
  const rung = bareCalibrationRung(seconds, rehearsed, statistic);
  return batches.map((batch) => pValueInNullScores(rung, scoreOf(batch, rung.standard, [statistic]).score));
}

/**
 * Computes rungs over all batches and, if there are enough, separate rungs over batches that share a similar number of classes
 * with their references.
 */
export function calibrationLadders(
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): Pick<KindCalibration, "rungs" | "mixes"> & { readonly rungs: CalibrationRung[] } {
  return laddersOfRungs(rehearsed, statistic, (seconds, batches) => calibrationRung(seconds, batches, statistic));
}

/** Computes the same ladders as `calibrationLadders`, but without measuring false alarms. */
export function laddersOfBareRungs(
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): ReturnType<typeof calibrationLadders> {
  return laddersOfRungs(rehearsed, statistic, (seconds, batches) => ({
    ...bareCalibrationRung(seconds, batches, statistic),
    false_alarms: null,
    evidence_factor: 1,
  }));
}

function laddersOfRungs(
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
  rungOf: (seconds: number, batches: readonly Rehearsed[]) => CalibrationRung,
): ReturnType<typeof calibrationLadders> {
  const rungsOf = (batches: readonly Rehearsed[]): CalibrationRung[] =>
    rungsByEffectiveLength(batches, statistic).map(({ seconds, batches: own }) => rungOf(seconds, own));
  const usable = rehearsed.filter(({ seconds }) => seconds[statistic] > 0);
  const mixes = classBorders.slice(0, -1).flatMap((from, i) => {
    const to = classBorders[i + 1]!;
    const batches = usable.filter(({ distances }) => {
      const classes = effectiveCountForClassStandards(distances);
      return classes >= from! && (to === null || classes < to);
    });
    return batches.length < batchesPerRung ? [] : [{ from_classes: from!, to_classes: to, rungs: rungsOf(batches) }];
  });
  return { rungs: rungsOf(rehearsed), mixes };
}

/** Adds `ksByClass` to the batches, and returns them with the standards used to compute it. */
export function standardizeCalibrationRungs(
  batches: readonly Rehearsed[],
  channels: readonly string[],
  secondsPerRow: number,
): { readonly rehearsed: Rehearsed[]; readonly classes: ClassStandards } {
  const classes = classStandards(
    batches.map(({ distances }) => distances),
    secondsPerRow,
    channels,
  );
  const scored = (statistics: ScoredStatistics, distances: Rehearsed["distances"]): ScoredStatistics => {
    const scores = classStandardScores(distances, classes, secondsPerRow, channels);
    return Object.fromEntries(channels.map((name) => [name, { ...statistics[name]!, ksByClass: scores[name]! }]));
  };
  const rehearsed = batches.map((batch) => ({
    ...batch,
    statistics: scored(batch.statistics, batch.distances),
    ...(batch.shifted !== undefined && { shifted: scored(batch.shifted, batch.shiftedDistances!) }),
  }));
  return { rehearsed, classes };
}

function bareCalibrationRung(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): Omit<CalibrationRung, "false_alarms" | "evidence_factor"> {
  const all = rehearsed.map(({ statistics }) => statistics);
  const standard = scoreStandardOf(all, [statistic, ...farStatistics]);
  const far = all.map((statistics) => scoreOf(statistics, standard, farStatistics).score).sort((a, b) => a - b);
  const scores = [...Map.groupBy(rehearsed, ({ group }) => group).values()].map((own) =>
    own.map(({ statistics }) => roundScoreFigure(scoreOf(statistics, standard, [statistic]).score)),
  );
  return {
    ...rungOfNullScores(seconds, scores),
    standard,
    // Computes the score above which chance is ruled out as an explanation: it is as far above the highest score as the highest
    // score is above the median.
    reach: roundScoreFigure(2 * far.at(-1)! - far[far.length >> 1]!),
  };
}

/** Measures false alarms by judging each group with the standards, scores and reach of the other groups. */
function rungFalseAlarms(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): CalibrationRung["false_alarms"] {
  const groups = Map.groupBy(rehearsed, ({ group }) => group);
  if (groups.size < 2) return null;
  let [atMost5, atMost1, beyond] = [0, 0, 0];
  for (const [left, batches] of groups) {
    const others = rehearsed.filter(({ group }) => group !== left);
    const rung = bareCalibrationRung(seconds, others, statistic);
    for (const { statistics } of batches) {
      const p = pValueInNullScores(rung, scoreOf(statistics, rung.standard, [statistic]).score);
      if (p <= 0.05) atMost5++;
      if (p <= 0.01) atMost1++;
      if (scoreOf(statistics, rung.standard, farStatistics).score > rung.reach) beyond++;
    }
  }
  return {
    p_at_most_5_percent: roundScoreFigure(atMost5 / rehearsed.length),
    p_at_most_1_percent: roundScoreFigure(atMost1 / rehearsed.length),
    beyond_reach: roundScoreFigure(beyond / rehearsed.length),
  };
}

export function rungsForComparison({ mixes = [], rungs }: KindCalibration, classes: number): KindCalibration["rungs"] {
  const mix = mixes.find(
    ({ from_classes, to_classes }) => from_classes <= classes && (to_classes === null || classes < to_classes),
  );
  return mix?.rungs ?? rungs;
}
