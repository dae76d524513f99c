// The verdict by constants. No evidence accumulates, and the verdict is immediate: a large statistic against the rolling
// reference means a sudden change, and a large statistic against the baseline or the anchor means a gradual drift. A batch that
// is beyond chance means a sudden change, whatever the reference. The same applies when only the baseline could be calibrated.

import type { Comparison } from "./comparison.ts";
import type { DriftState } from "./drift-state.ts";
import type { WeighedEvidence } from "./weigh-evidence.ts";

/**
 * Decides whether a batch raises an alarm, and for which kind of drift. The kind does not change until the alarm ends, because
 * the rolling reference does not move during the alarm, so a gradual drift moves away from it as well.
 * @param comparisons at least one comparison by constants
 * @param arl the strength at which an alarm is raised; a statistic at 60 % of its constant has 60 % of this strength
 */
export function weighConstants(comparisons: readonly Comparison[], state: DriftState, arl: number): WeighedEvidence {
  const large = ({ beyond, findings }: Comparison): boolean =>
    beyond || findings.some(({ level }) => level === "large");
  const walked = state.alarm?.verdict === "gradual_drift";
  const impossible = comparisons.find(({ beyond }) => beyond);
  const sudden = walked
    ? undefined
    : (impossible ?? comparisons.find((own) => own.reference === "rolling" && large(own)));
  const leading = sudden ?? comparisons.find(large) ?? comparisons[0]!;
  const since = state.alarm?.since ?? state.batches;
  const verdict = state.alarm?.verdict ?? (sudden === undefined ? "gradual_drift" : "sudden_change");
  const alarm = large(leading) ? { since, verdict, confirmed: true, changePoint: null } : null;
  const most = Math.max(...comparisons.map(({ score }) => score.score));
  const raisedBy = alarm === null ? null : impossible === undefined ? "constants" : "beyond_chance";
  const strength = { value: Math.max(most, alarm === null ? 0 : 1) * arl, alarmAt: arl, raisedBy } as const;
  return { alarm, leading, shape: null, strength, evidence: state.evidence };
}
