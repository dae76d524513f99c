// Computes how much evidence one batch gives that its stream has changed. The part of the batch whose activities occur in the
// stream's past is compared with that past. Activities new to the stream are compared with the same activities in the training
// data, because a fault can make the network mistake sitting for another activity. Such activities count as new, not as drift,
// if other people or this stream are often just as far from the training data.

import type { Comparison } from "./comparison.ts";
import { evidenceOf } from "./evidence.ts";
import { type OwnPast, ownPast } from "./own-past.ts";

export interface PastEvidence {
  /** E-values by reference; null if no comparison provides evidence for or against a change. */
  readonly eValues: Readonly<Record<OwnPast, number | null>>;
  /** Whether the batch is further away than any rehearsed batch, either from all its references or in terms of spread. */
  readonly isBeyond: boolean;
}

/**
 * Returns the evidence that a batch differs from the stream's own past: for each reference, the weighted mean of two e-values,
 * which is an e-value. Its weights are the shares of the batch that the past contains and lacks. The e-value of a batch that is
 * further away than any rehearsed batch replaces the mean if it is higher.
 * @param hasPast whether the stream has a full reference; until it does, it is compared only with the training data
 * @param isAnchorOutlived whether the anchor lacks the people in the latest batches, so that they are compared with the
 * training data instead (default: false)
 */
export function pastEvidence(
  comparisons: readonly Comparison[],
  { hasPast, isAnchorOutlived = false }: { readonly hasPast: boolean; readonly isAnchorOutlived?: boolean },
): PastEvidence {
  const training = hasPast ? comparisons.find(({ reference }) => reference === "baseline") : undefined;
  const strange = training === undefined ? null : pValueForPastEvidence(training);
  const beyond = Math.max(pastEvidenceOfSpread(comparisons), strange === null ? 0 : pastEvidenceBeyondAll(comparisons));
  const against = (kind: OwnPast): number | null => {
    const past = comparisons.find(({ reference }) => reference === kind);
    const p = isAnchorOutlived && kind === "anchor" ? null : (past?.pValue?.p ?? null);
    if (strange === null) return p === null && beyond === 0 ? null : Math.max(beyond, p === null ? 0 : evidenceOf(p));
    const unseen = p === null ? 1 : past!.unseenShare;
    return Math.max(beyond, unseen * evidenceOf(strange) + (1 - unseen) * evidenceOf(p ?? strange));
  };
  const [anchor, rolling] = ownPast.map(against);
  return { eValues: { anchor: anchor!, rolling: rolling! }, isBeyond: beyond > 0 };
}

/**
 * P-value of the distance from the training data: among other people's batches or among the stream's own, whichever is
 * higher.
 */
function pValueForPastEvidence({ usual, pValue }: Comparison): number | null {
  return usual === null || pValue === null ? null : Math.max(usual.p, pValue.p);
}

/**
 * Returns the e-value of a batch that is further from all its references than every rehearsed batch. A p-value from rehearsed
 * batches cannot be smaller than its resolution, no matter how far away the batch is. If a batch is further from all its
 * references than every rehearsed batch, its p-value is extrapolated at the rate at which p-values decrease between the usual
 * score and the highest rehearsed one. Drift-free batches are sometimes that far from one reference, but never from all of
 * them.
 * @returns 0 if the batch is closer to one of its references than the furthest rehearsed batch
 */
function pastEvidenceBeyondAll(comparisons: readonly Comparison[]): number {
  const excess = Math.min(...comparisons.map((own) => own.excess ?? 0));
  if (!(excess > 1)) return 0;
  return extrapolatedPastEvidence(Math.max(...comparisons.map(({ pValue }) => pValue?.resolution ?? 1)), excess);
}

/**
 * Returns the e-value of a batch that spreads more widely than chance explains, compared with every reference whose usual
 * spread is known. A spread as wide as in the stream's own past does not count as a change, even if no person in the training
 * data varies as much. The limit (the reach) is twice as far from the usual spread as the widest rehearsed batch, so the
 * p-value is extrapolated with twice the exponent. Its base is the probability that a new person exceeds all rehearsed people,
 * because one person's batches resemble each other; with a single rehearsed person, the base is the resolution.
 * @returns 0 if its spread is not that wide
 */
function pastEvidenceOfSpread(comparisons: readonly Comparison[]): number {
  const known = comparisons.flatMap(({ far, beyond, impossible, pValue }) => {
    if (far === null || pValue === null) return [];
    const { people, resolution } = pValue;
    const base = people > 1 ? 1 / (people + 1) : resolution;
    return [{ score: beyond && !impossible ? far.score : 0, base }];
  });
  const score = Math.min(...known.map((own) => own.score));
  if (known.length === 0 || score === 0) return 0;
  return extrapolatedPastEvidence(Math.max(...known.map(({ base }) => base)), 2 * score);
}

/** @param excess distance as a multiple of the furthest rehearsed batch's distance */
function extrapolatedPastEvidence(resolution: number, excess: number): number {
  return evidenceOf(Math.max(resolution ** excess, Number.MIN_VALUE));
}
