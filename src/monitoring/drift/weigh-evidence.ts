// Decides whether the evidence warrants an alarm. The anchor and the rolling reference each accumulate evidence over time. The
// average of e-detectors is an e-detector, so the mean of the two can be compared with one alarm level (`weighedEvidenceLevel`)
// without a correction for multiple tests. A batch with values that no person can cause raises an alarm immediately. Once the
// stream has a past, an alarm ends only when the batches are ordinary again (recovery.ts), not when the evidence decreases.
// Otherwise, a persistent fault could look normal for a while and enter the rolling reference.
//
// The comparison with the baseline accumulates no evidence. A person who differs from the training data does so in every batch.
// Multiplying the p-values would count the same difference repeatedly, and one stream in seven would raise an alarm. Such a
// stream is called unfamiliar; being unfamiliar is not drift. The stream's own anchor reveals later changes, and
// unlikely-person.ts compares the stream with people.

import type { ChangeShape } from "./change-shape.ts";
import type { Comparison } from "./comparison.ts";
import type { AlarmState, DriftState } from "./drift-state.ts";
import { addEvidence, type EvidenceState, evidenceReachesLevel } from "./evidence.ts";
import { faultEffect, fewestBefore } from "./fault-effect.ts";
import { changeShapeToName, nameChange } from "./name-change.ts";
import { type OwnPast, ownPast } from "./own-past.ts";
import type { PastEvidence } from "./past-evidence.ts";
import { addToRecovery, beginRecovery, hasRecovered } from "./recovery.ts";

/** Strength of the evidence for drift, and the strength that raises an alarm. */
export interface DriftStrength {
  /** The strength; at least `alarmAt` during an alarm. */
  readonly value: number;
  readonly alarmAt: number;
  /**
   * What raises the alarm: the evidence, one batch that is too far away to be explained by chance, or a constant; null if there
   * is no alarm.
   */
  readonly raisedBy: "evidence" | "beyond_chance" | "constants" | null;
}

export interface BatchToWeigh {
  readonly comparisons: readonly Comparison[];
  readonly eValues: PastEvidence["eValues"];
  /** Whether the stream has a full reference. */
  readonly hasPast: boolean;
  /** The class of more than half of the batch, if consecutive batches of that class form one bet; otherwise null. */
  readonly activity: number | null;
}

/** What follows from a batch's comparisons. */
export interface WeighedEvidence extends Pick<DriftState, "evidence" | "recovery"> {
  readonly strength: DriftStrength;
  readonly alarm: AlarmState | null;
  readonly leading: Comparison | null;
  readonly shape: ChangeShape | null;
}

/** Upper limit that keeps the evidence finite, so that it can be stored as JSON. */
const mostEvidence = 1e300;
/**
 * Share of the alarm level to which the evidence is limited when an alarm ends, so that the alarm returns soon if the fault
 * does; chosen together with the constants in recovery.ts.
 */
const leftOfEvidence = 0.05;

/** The alarm level: the requested run length times the largest evidence factor of the comparisons. */
export function weighedEvidenceLevel(comparisons: readonly Comparison[], arl: number): number {
  return arl * Math.max(1, ...comparisons.map(({ evidenceFactor }) => evidenceFactor));
}

/** The mean of the evidence from the anchor and the rolling reference, which is compared with `weighedEvidenceLevel`. */
export function weighedEvidence({ evidence }: Pick<DriftState, "evidence">): number {
  return ownPast.reduce((sum, kind) => sum + evidence[kind].value, 0) / ownPast.length;
}

export function weighEvidence(
  { comparisons, eValues, hasPast, activity }: BatchToWeigh,
  state: DriftState,
  series: DriftState["series"],
  {
    arl,
    confirmAfter,
    isRepaired,
  }: { readonly arl: number; readonly confirmAfter: number; readonly isRepaired: boolean },
): WeighedEvidence {
  const level = weighedEvidenceLevel(comparisons, arl);
  const evidence = { ...state.evidence };
  for (const kind of ownPast) {
    const e = eValues[kind];
    if (e === null) continue;
    const added = addEvidence(evidence[kind], e, activity);
    evidence[kind] = { ...added, value: Math.min(added.value, mostEvidence) };
  }
  const impossible = comparisons.find((comparison) => comparison.impossible);
  const beyond = impossible ?? comparisons.find((comparison) => comparison.beyond);
  const before = state.alarm === null ? null : (state.recovery ?? beginRecovery(undefined));
  const during =
    before === null
      ? null
      : addToRecovery(before, comparisons, isRepaired ? "gone" : weighEffectInSeries(series, state));
  const isOver = during !== null && hasRecovered(during);
  if (isOver) {
    for (const kind of ownPast) {
      const { value, batches } = evidence[kind];
      evidence[kind] = { value: Math.min(value, leftOfEvidence * level), batches };
    }
  }
  const value = weighedEvidence({ evidence });
  const leading = beyond ?? leadingWeighedEvidence(comparisons, evidence);
  const isEvident = evidenceReachesLevel({ value, batches: state.batches + 1 }, level);
  const canRecover = hasPast && comparisons.every(({ method }) => method !== "constants");
  const lasts = state.alarm !== null && canRecover && !isOver;
  const alarmed = impossible !== undefined || isEvident || lasts;
  const isAlone = impossible !== undefined || Object.values(eValues).some((e) => e !== null && e >= level);
  const strength = {
    value: alarmed ? Math.max(value, level) : value,
    alarmAt: level,
    raisedBy: alarmed ? (isAlone ? "beyond_chance" : "evidence") : null,
  } as const;
  if (!alarmed) return { alarm: null, leading, shape: null, strength, evidence };
  const shape = leading === null ? null : changeShapeToName(series, leading);
  const alarm = nameChange(state, { series, shape, evidence, beyond, confirmAfter });
  const recovery = isOver || during === null ? addToRecovery(beginRecovery(leading?.reference), comparisons) : during;
  return { alarm, leading, shape, strength, evidence, recovery };
}

/** Whether the last batch in the series shows the fault that raised the alarm. */
function weighEffectInSeries(
  series: DriftState["series"],
  { alarm, batches }: DriftState,
): ReturnType<typeof faultEffect> {
  if (alarm === null) return null;
  const first = batches + 1 - series.length;
  const change = (alarm.changePoint ?? alarm.since) - first;
  return faultEffect(series, change < fewestBefore ? alarm.since - first : change);
}

/** The reference with the most evidence; the baseline if the stream has no past yet. */
function leadingWeighedEvidence(
  comparisons: readonly Comparison[],
  evidence: Readonly<Record<OwnPast, EvidenceState>>,
): Comparison | null {
  const kind = evidence.rolling.value > evidence.anchor.value ? "rolling" : "anchor";
  return comparisons.find(({ reference }) => reference === kind) ?? comparisons[0] ?? null;
}
