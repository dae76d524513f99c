// From the statistics of drift-free batches of one length to what is kept of them, and how it fares on people left out.

import type { CalibrationRung } from "./calibration.ts";
import { nullRung, pValueAt } from "./null-scores.ts";
import { type BatchStatistics, farStatistics, rounded, scoreOf, scoreStatistics, standardOf } from "./score.ts";

/** A drift-free batch of `group`, compared with a reference that does not hold it. */
export interface Rehearsed {
  readonly group: string;
  readonly statistics: BatchStatistics;
}

/** @param rehearsed at least one batch */
export function calibrationRung(seconds: number, rehearsed: readonly Rehearsed[]): CalibrationRung {
  return { ...judgeBy(seconds, rehearsed), false_alarms: leaveGroupsOut(seconds, rehearsed) };
}

function judgeBy(seconds: number, rehearsed: readonly Rehearsed[]): Omit<CalibrationRung, "false_alarms"> {
  const all = rehearsed.map(({ statistics }) => statistics);
  const standard = standardOf(all, [...scoreStatistics, ...farStatistics]);
  const far = all.map((statistics) => scoreOf(statistics, standard, farStatistics).score).sort((a, b) => a - b);
  const scores = [...Map.groupBy(rehearsed, ({ group }) => group).values()].map((own) =>
    own.map(({ statistics }) => rounded(scoreOf(statistics, standard).score)),
  );
  return {
    ...nullRung(seconds, scores),
    standard,
    // As far above the highest as that is above the middle one.
    reach: rounded(2 * far.at(-1)! - far[far.length >> 1]!),
  };
}

/** Each group in turn is judged by what the others gave: standards, scores and reach. */
function leaveGroupsOut(seconds: number, rehearsed: readonly Rehearsed[]): CalibrationRung["false_alarms"] {
  const groups = Map.groupBy(rehearsed, ({ group }) => group);
  if (groups.size < 2) return null;
  let [atMost5, atMost1, beyond] = [0, 0, 0];
  for (const [left, batches] of groups) {
    const others = rehearsed.filter(({ group }) => group !== left);
    const rung = judgeBy(seconds, others);
    for (const { statistics } of batches) {
      const p = pValueAt(rung, scoreOf(statistics, rung.standard).score);
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
