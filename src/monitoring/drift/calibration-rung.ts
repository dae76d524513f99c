// Turns the statistics of drift-free batches of one length into a rung, and measures how the rung performs on held-out
// people.

import type { CalibrationRung } from "./calibration.ts";
import { nullRung, pValueAt } from "./null-scores.ts";
import { type BatchStatistics, farStatistics, rounded, type ScoreStatistic, scoreOf, standardOf } from "./score.ts";

/** A drift-free batch of `group`, compared with a reference that does not hold it. */
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
    ...judgeBy(seconds, rehearsed, statistic),
    false_alarms: leaveGroupsOut(seconds, rehearsed, statistic),
    evidence_factor: 1,
  };
}

/** P-values of batches with drift. */
export function pValuesOf(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  batches: readonly BatchStatistics[],
  statistic: ScoreStatistic,
): number[] {
  const rung = judgeBy(seconds, rehearsed, statistic);
  return batches.map((batch) => pValueAt(rung, scoreOf(batch, rung.standard, [statistic]).score));
}

/** The rung without one of the groups. */
export function rungWithout(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
  left?: string,
): Omit<CalibrationRung, "false_alarms" | "evidence_factor"> {
  return judgeBy(
    seconds,
    rehearsed.filter(({ group }) => group !== left),
    statistic,
  );
}

function judgeBy(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): ReturnType<typeof rungWithout> {
  const all = rehearsed.map(({ statistics }) => statistics);
  const standard = standardOf(all, [statistic, ...farStatistics]);
  const far = all.map((statistics) => scoreOf(statistics, standard, farStatistics).score).sort((a, b) => a - b);
  const scores = [...Map.groupBy(rehearsed, ({ group }) => group).values()].map((own) =>
    own.map(({ statistics }) => rounded(scoreOf(statistics, standard, [statistic]).score)),
  );
  return {
    ...nullRung(seconds, scores),
    standard,
    // As far above the highest as the highest is above the median.
    reach: rounded(2 * far.at(-1)! - far[far.length >> 1]!),
  };
}

/** Judges each group in turn by the others' standards, scores and reach. */
function leaveGroupsOut(
  seconds: number,
  rehearsed: readonly Rehearsed[],
  statistic: ScoreStatistic,
): CalibrationRung["false_alarms"] {
  const groups = Map.groupBy(rehearsed, ({ group }) => group);
  if (groups.size < 2) return null;
  let [atMost5, atMost1, beyond] = [0, 0, 0];
  for (const [left, batches] of groups) {
    const rung = rungWithout(seconds, rehearsed, statistic, left);
    for (const { statistics } of batches) {
      const p = pValueAt(rung, scoreOf(statistics, rung.standard, [statistic]).score);
      if (p <= 0.05) atMost5++;
      if (p <= 0.01) atMost1++;
      if (scoreOf(statistics, rung.standard, farStatistics).score > rung.reach) beyond++;
    }
  }
  return {
    p_at_most_5_percent: rounded(atMost5 / rehearsed.length),
    p_at_most_1_percent: rounded(atMost1 / rehearsed.length),
    beyond_reach: rounded(beyond / rehearsed.length),
  };
}
