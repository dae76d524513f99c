// Determines the verdict from the comparisons. Comparisons by p-values add to the evidence (weigh-evidence.ts), and
// name-change.ts then determines the kind of drift; comparisons by constants yield the verdict and the kind immediately
// (weigh-constants.ts).

import { type ClassSummaries, mergeClassSummaries } from "../summaries/class-summaries.ts";
import { beyondByPhysics } from "./beyond-by-physics.ts";
import { boutActivity } from "./bout-activity.ts";
import { extendChangeSeries } from "./change-series.ts";
import type { ChangeShape } from "./change-shape.ts";
import { type Comparison, compare, type DriftModel, type ReferenceKind, referenceKinds } from "./comparison.ts";
import type { AlarmState, DriftState, DriftVerdict } from "./drift-state.ts";
import { evidenceOf } from "./evidence.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";
import { addNullScore, noScores } from "./null-scores.ts";
import { isAnchorOutlived } from "./outlived-anchor.ts";
import { pastEvidence } from "./past-evidence.ts";
import { defaultConfirmAfter, raiseAlarm } from "./raise-alarm.ts";
import { noUnlikelyPerson } from "./unlikely-person.ts";
import { weighConstants } from "./weigh-constants.ts";
import { type BatchToWeigh, type DriftStrength, type WeighedEvidence, weighEvidence } from "./weigh-evidence.ts";
import { weighUnlikelyPerson } from "./weigh-unlikely-person.ts";

export interface DriftOptions {
  /** Minimum average number of batches between false alarms (default 500). */
  readonly arl?: number;
  /** A batch is unfamiliar if at most this share of drift-free batches is as far from the training data (default .05). */
  readonly alpha?: number;
  /** Number of batches after the one at which the alarm began until the verdict is confirmed (default 5). */
  readonly confirmAfter?: number;
  /** "fixed" judges by constants even if a calibration exists (default: calibrated). */
  readonly thresholds?: "calibrated" | "fixed";
  /** Sensors with impossible values, which raise an alarm on their own (default: none known). */
  readonly impossible?: readonly ImpossibleSensor[];
  /** Whether a sensor had impossible values up to the previous batch but no longer has them (default: false). */
  readonly isRepaired?: boolean;
  /** Whether to determine the kind and start of a change, which takes longer than raising the alarm (default: true). */
  readonly named?: boolean;
}

export interface Judgement {
  readonly verdict: DriftVerdict;
  readonly alarm: AlarmState | null;
  /** Whether the batch is unlike the people in the training data, with or without drift. */
  readonly unfamiliar: boolean;
  /**
   * Whether the alarm is raised because the stream's first batches are further from the training data than those of almost any
   * other person.
   */
  readonly stranger: boolean;
  /**
   * Whether the batch is kept out of the references even if it raises no alarm, because it differs from the stream's past or
   * may have had a fault from the start. Otherwise, the first batch of a change would enter the references, hide the rest of
   * the change, and make a recovered stream look permanently changed.
   */
  readonly doubtful: boolean;
  /** Whether the anchor was ignored, because the stream now seems to come from other people; see `isAnchorOutlived`. */
  readonly anchorOutlived: boolean;
  readonly strength: DriftStrength;
  /** One comparison per available reference that the batch can be compared with; see `compare`. */
  readonly comparisons: readonly Comparison[];
  /** The comparison with the strongest evidence of drift; null if nothing could be compared. */
  readonly leading: Comparison | null;
  readonly shape: ChangeShape | null;
}

/** Number of scores used to compute a stream's own variation; arbitrary. */
const mostOwnScores = 10;
/**
 * P-value at or below which a batch is doubtful; a comparison of drift-free batches reaches it one time in a hundred;
 * arbitrary.
 */
export const doubtfulP = 0.01;

/** A stream's own references. A batch that is in both references is the same object in both. */
export interface Past {
  /** The last N accepted batches, oldest first. */
  readonly rolling: readonly ClassSummaries[];
  /** The first N accepted batches. */
  readonly anchor: readonly ClassSummaries[];
}

/** Returns the verdict on one batch and the state of the stream after it. */
export function decideVerdict(
  current: ClassSummaries,
  past: Past,
  state: DriftState,
  model: DriftModel,
  options: DriftOptions = {},
): { readonly judgement: Judgement; readonly state: DriftState } {
  const { arl = 500, alpha = 0.05, thresholds = "calibrated", impossible = [] } = options;
  const { confirmAfter = defaultConfirmAfter, named = true, isRepaired = false } = options;
  const comparisons = compareForVerdict(current, past, model, state, thresholds).map((own) =>
    beyondByPhysics(own, impossible),
  );
  const series = named ? extendChangeSeries(state.series, current, model) : state.series;
  const hasPast = past.anchor.length >= model.calibration.reference_batches;
  const knowsPeople = comparisons.some(({ usual }) => usual !== null);
  const isOutlived = hasPast && knowsPeople && isAnchorOutlived(past, model);
  const { eValues, isBeyond } = pastEvidence(comparisons, { hasPast, isAnchorOutlived: isOutlived });
  // A batch that is further away than any rehearsed batch counts as a separate bet, because a person who merely sits
  // differently today is not that far away.
  const activity = isBeyond ? null : boutActivity(current, model);
  const batch = { comparisons, eValues, hasPast, activity };
  const known = weighUnlikelyPerson(batch, hasPast, state, model.calibration, arl);
  const byBatch = weighForVerdict(batch, state, series, { arl, confirmAfter, isRepaired });
  const isUnlikely = known.standing === "unlikely";
  const weighed = isUnlikely && byBatch.alarm === null ? raiseAlarm(byBatch, state, confirmAfter) : byBatch;
  const isUnlike = ({ reference, pValue, findings }: Comparison): boolean =>
    reference === "baseline" && (pValue === null ? findings.length > 0 : pValue.p <= alpha);
  const { evidence, recovery, ...judged } = weighed;
  const judgement: Judgement = {
    verdict: judged.alarm?.verdict ?? "normal",
    ...judged,
    comparisons,
    unfamiliar: comparisons.some(isUnlike),
    stranger: isUnlikely,
    anchorOutlived: isOutlived,
    doubtful:
      impossible.length > 0 ||
      known.standing === "undecided" ||
      comparisons.some(
        ({ reference, pValue }) =>
          reference !== "baseline" && !(isOutlived && reference === "anchor") && (pValue?.p ?? 1) <= doubtfulP,
      ) ||
      Object.values(eValues).some((e) => (e ?? 0) >= evidenceOf(doubtfulP)),
  };
  const own = judged.alarm === null ? learnScoresForVerdict(state.own, comparisons) : state.own;
  const { stranger } = known;
  const after = { batches: state.batches + 1, evidence, own, series, alarm: judged.alarm };
  return {
    judgement,
    state: {
      ...after,
      ...(recovery !== undefined && { recovery }),
      ...(stranger !== noUnlikelyPerson && { stranger }),
    },
  };
}

/**
 * Adds a batch's scores to those that a stream's variation is learned from. Only its first batches are used; otherwise, its
 * drift would be included.
 */
function learnScoresForVerdict(own: DriftState["own"], comparisons: readonly Comparison[]): DriftState["own"] {
  const known = { ...own };
  for (const { reference, learned } of comparisons) {
    if (learned === null) continue;
    const before = known[reference] ?? noScores;
    if (before.n < mostOwnScores) known[reference] = addNullScore(before, learned);
  }
  return known;
}

/**
 * Judgements by constants add nothing to the evidence. Constants for the stream's own past are considered separately if the
 * evidence raises no alarm.
 */
function weighForVerdict(
  batch: BatchToWeigh,
  state: DriftState,
  series: DriftState["series"],
  options: Required<Pick<DriftOptions, "arl" | "confirmAfter" | "isRepaired">>,
): WeighedEvidence {
  const { comparisons } = batch;
  const { arl } = options;
  const constants = comparisons.filter(({ method }) => method === "constants");
  if (constants.length > 0 && constants.length === comparisons.length) return weighConstants(constants, state, arl);
  const weighed = weighEvidence(batch, state, series, options);
  const own = constants.filter(({ reference }) => reference !== "baseline");
  if (weighed.alarm !== null || own.length === 0) return weighed;
  return { ...weighConstants(own, state, arl), evidence: weighed.evidence };
}

/** Compares a batch with all available references that it can be compared with; see `compare`. */
export function compareForVerdict(
  current: ClassSummaries,
  past: Past,
  model: DriftModel,
  { own }: DriftState,
  thresholds: DriftOptions["thresholds"],
): Comparison[] {
  const size = model.calibration.reference_batches;
  const references: Record<ReferenceKind, ClassSummaries | null> = {
    baseline: model.byClass,
    anchor: past.anchor.length < size ? null : mergeAnchorForVerdict(past.anchor),
    rolling: past.rolling.length < size ? null : mergeClassSummaries(past.rolling),
  };
  return referenceKinds.flatMap((kind) => {
    const reference = references[kind];
    const options = { thresholds, own: own[kind] };
    return (reference === null ? null : compare(kind, reference, current, model, options)) ?? [];
  });
}

/** Caches merged anchors by their first batch, because a stream's anchor rarely changes. */
const anchors = new WeakMap<
  ClassSummaries,
  { readonly batches: readonly ClassSummaries[]; readonly whole: ClassSummaries }
>();

function mergeAnchorForVerdict(batches: readonly ClassSummaries[]): ClassSummaries {
  const before = anchors.get(batches[0]!);
  const isSame = before?.batches.length === batches.length && batches.every((own, i) => own === before.batches[i]);
  if (isSame) return before.whole;
  const whole = mergeClassSummaries(batches);
  anchors.set(batches[0]!, { batches: [...batches], whole });
  return whole;
}
