// Turns the statistics of drift-free batches of one length into a rung (one step on a ladder of batch lengths), and
// measures how the rung performs on held-out people.

import type { CalibrationRung } from "./calibration.ts";
import { nullRung, pValueInNullRung } from "./null-scores.ts";
import {
  type BatchStatistics,
  farStatistics,
  roundScoreFigure,
  type ScoreStatistic,
  scoreOf,
  scoreStandardOf,
} from "./score.ts";

/** A drift-free batch of `group`, compared with a reference that does not contain it. */
export interface Rehearsed {
  readonly group: string;
  readonly statistics: BatchStatistics;
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

/** P-values of batches that have drifted. */
export function rungPValues(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  batches: readonly BatchStatistics[],
  statistic: ScoreStatistic,
): number[] {
  const rung = bareCalibrationRung(seconds, rehearsed, statistic);
  return batches.map((batch) => pValueInNullRung(rung, scoreOf(batch, rung.standard, [statistic]).score));
}

/** The rung without one of the groups. */
export function rungWithoutGroup(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
  left?: string,
): Omit<CalibrationRung, "false_alarms" | "evidence_factor"> {
  return bareCalibrationRung(
    seconds,
    rehearsed.filter(({ group }) => group !== left),
    statistic,
  );
}

function bareCalibrationRung(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): ReturnType<typeof rungWithoutGroup> {
  const all = rehearsed.map(({ statistics }) => statistics);
  const standard = scoreStandardOf(all, [statistic, ...farStatistics]);
  const far = all.map((statistics) => scoreOf(statistics, standard, farStatistics).score).sort((a, b) => a - b);
  const scores = [...Map.groupBy(rehearsed, ({ group }) => group).values()].map((own) =>
    own.map(({ statistics }) => roundScoreFigure(scoreOf(statistics, standard, [statistic]).score)),
  );
  return {
    ...nullRung(seconds, scores),
    standard,
    // As far above the highest score as that score is above the median.
    reach: roundScoreFigure(2 * far.at(-1)! - far[far.length >> 1]!),
  };
}

/** Judges each group in turn by the standards, scores and reach of the other groups. */
function rungFalseAlarms(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): CalibrationRung["false_alarms"] {
  const groups = Map.groupBy(rehearsed, ({ group }) => group);
  if (groups.size < 2) return null;
  let [atMost5, atMost1, beyond] = [0, 0, 0];
  for (const [left, batches] of groups) {
    const rung = rungWithoutGroup(seconds, rehearsed, statistic, left);
    for (const { statistics } of batches) {
      const p = pValueInNullRung(rung, scoreOf(statistics, rung.standard, [statistic]).score);
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
