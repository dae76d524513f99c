// From evidence to an alarm. The anchor and the rolling reference each gather evidence over time. The average of e-detectors
// is an e-detector, so comparing their mean with the average run length needs no correction for multiple tests. A batch
// beyond the reach of chance alarms at once, against the baseline too. Evidence is bounded, so a recovered stream is normal
// again after some batches. It is not reset at an alarm: a lasting fault must not look normal in between, or the rolling
// reference would learn it.
//
// No evidence is gathered against the baseline. A person who differs from the training data differs in every batch.
// Multiplying those p-values would count one person again and again, and every seventh stream would alarm. Such a stream is
// called unfamiliar, which is not drift; later changes are detected by comparison with its own anchor.

import type { ChangeShape } from "./change-shape.ts";
import type { Comparison } from "./comparison.ts";
import { type AlarmState, type DriftState, type OwnPast, ownPast } from "./drift-state.ts";
import { addEvidence, type EvidenceState, evidenceOf, evidenceRaisesAlarm } from "./evidence.ts";
import { changeShapeToName, nameChange } from "./name-change.ts";
import type { PastEvidence } from "./past-evidence.ts";

/** How strong the signs of drift are, beside the strength that raises an alarm. */
export interface DriftStrength {
  /** At least `alarmAt` during an alarm. */
  readonly value: number;
  readonly alarmAt: number;
  /** What raises the alarm: the evidence, a batch that is too far away for chance, or a constant; null without an alarm. */
  readonly raisedBy: "evidence" | "beyond_chance" | "constants" | null;
}

export interface BatchToWeigh {
  readonly comparisons: readonly Comparison[];
  readonly pastEvidence: PastEvidence;
  /** The class that fills the batch; null if several do. */
  readonly activity: number | null;
}

/** What follows from a batch's comparisons. */
export interface Weighed extends Pick<DriftState, "evidence" | "ordinary"> {
  readonly strength: DriftStrength;
  readonly alarm: AlarmState | null;
  readonly leading: Comparison | null;
  readonly shape: ChangeShape | null;
}

/** Evidence is capped at this many run lengths. */
const ceiling = 10;
/** A batch with p-values above this resembles the stream's own past. */
const ordinaryP = 0.1;
/** So many such batches in a row end an alarm: when a fault is repaired, its evidence would take weeks to wear off. */
const ordinaryToEnd = 2;
/** What is then left of the evidence for an alarm, so that it soon returns if the fault does. */
const leftOfEvidence = 0.05;

/** Evidence required for an alarm. */
export function weighedAlarmLevel(comparisons: readonly Comparison[], arl: number): number {
  return arl * Math.max(1, ...comparisons.map(({ evidenceFactor }) => evidenceFactor));
}

/** The mean evidence of the references, which is compared with the run length. */
export function weighedEvidence({ evidence }: Pick<DriftState, "evidence">): number {
  return ownPast.reduce((sum, kind) => sum + evidence[kind].value, 0) / ownPast.length;
}

export function weighEvidence(
  { comparisons, pastEvidence, activity }: BatchToWeigh,
  state: DriftState,
  series: DriftState["series"],
  { arl, confirmAfter }: { readonly arl: number; readonly confirmAfter: number },
): Weighed {
  const level = weighedAlarmLevel(comparisons, arl);
  const evidence = { ...state.evidence };
  for (const kind of ownPast) {
    const e = pastEvidence[kind];
    if (e === null) continue;
    const added = addEvidence(evidence[kind], e, activity);
    evidence[kind] = { ...added, value: Math.min(added.value, ceiling * level) };
  }
  const ordinary = state.alarm === null ? 0 : weighOrdinaryBatches(comparisons, pastEvidence, state.ordinary ?? 0);
  if (ordinary >= ordinaryToEnd) {
    for (const kind of ownPast) {
      const { value, batches } = evidence[kind];
      evidence[kind] = { value: Math.min(value, leftOfEvidence * level), batches };
    }
  }
  const value = weighedEvidence({ evidence });
  const beyond = comparisons.find((comparison) => comparison.beyond);
  const leading = beyond ?? leadingWeighed(comparisons, evidence);
  const isEvident = evidenceRaisesAlarm({ value, batches: state.batches + 1 }, level);
  const alarmed = beyond !== undefined || isEvident;
  const shape = alarmed && leading !== null ? changeShapeToName(series, leading) : null;
  const alarm = alarmed ? nameChange(state, { series, shape, leading, beyond, confirmAfter }) : null;
  const raisedBy = isEvident ? "evidence" : alarmed ? "beyond_chance" : null;
  const strength = { value: alarmed ? Math.max(value, level) : value, alarmAt: level, raisedBy } as const;
  return { alarm, leading, shape, strength, evidence, ordinary };
}

/** Consecutive ordinary batches after this one; a batch that could not be compared says nothing. */
function weighOrdinaryBatches(comparisons: readonly Comparison[], evidence: PastEvidence, before: number): number {
  const known = ownPast.flatMap((kind) => evidence[kind] ?? []);
  if (comparisons.some(({ beyond }) => beyond) || known.some((e) => e >= evidenceOf(ordinaryP))) return 0;
  return known.length === 0 ? before : before + 1;
}

/** The reference with the most evidence; the baseline if the stream has no past yet. */
function leadingWeighed(
  comparisons: readonly Comparison[],
  evidence: Readonly<Record<OwnPast, EvidenceState>>,
): Comparison | null {
  const kind = evidence.rolling.value > evidence.anchor.value ? "rolling" : "anchor";
  return comparisons.find(({ reference }) => reference === kind) ?? comparisons[0] ?? null;
}
