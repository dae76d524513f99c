// How much a batch is evidence that its stream has changed. The part of it with activities that the stream's past has is
// compared with that past. What cannot be compared is no evidence of health: a fault may make the network mistake sitting for
// an activity that the stream never had. That part counts by the distance of the batch from the same activities in the
// training data. If any other person may be as far away, or if the stream always is, then it is a new activity.

import type { Comparison } from "./comparison.ts";
import { evidenceOf } from "./evidence.ts";
import { type OwnPast, ownPast } from "./own-past.ts";

export interface PastEvidence {
  /** By reference; null if nothing is known. */
  readonly eValues: Readonly<Record<OwnPast, number | null>>;
  /** Whether the batch is farther from all its references than any rehearsed batch. */
  readonly isBeyondAll: boolean;
}

/**
 * The mean of two e-values is an e-value. Its weights are the shares of the batch that the past has and lacks.
 * @param hasPast whether the stream has a full reference; before, it is only compared with the training data
 */
export function pastEvidence(comparisons: readonly Comparison[], hasPast: boolean): PastEvidence {
  const training = hasPast ? comparisons.find(({ reference }) => reference === "baseline") : undefined;
  const strange = training === undefined ? null : strangeness(training);
  const beyond = strange === null ? 0 : evidenceBeyond(comparisons);
  const against = (kind: OwnPast): number | null => {
    const past = comparisons.find(({ reference }) => reference === kind);
    const p = past?.pValue?.p ?? null;
    if (strange === null) return p === null ? null : evidenceOf(p);
    const unseen = p === null ? 1 : past!.unseenShare;
    return Math.max(beyond, unseen * evidenceOf(strange) + (1 - unseen) * evidenceOf(p ?? strange));
  };
  const [anchor, rolling] = ownPast.map(against);
  return { eValues: { anchor: anchor!, rolling: rolling! }, isBeyondAll: beyond > 0 };
}

/** P-value of the distance from the training data, among people and among the stream's own batches, whichever is higher. */
function strangeness({ usual, pValue }: Comparison): number | null {
  return usual === null || pValue === null ? null : Math.max(usual.p, pValue.p);
}

/**
 * No p-value of rehearsed batches is smaller than its resolution, however far away a batch is. If it is farther from all its
 * references than any rehearsed batch, its p-value is extrapolated at the rate at which p-values decrease between the usual
 * and the highest rehearsed score. Healthy batches are sometimes as far from one reference, but not from all.
 * @returns 0 if it is not so far away
 */
function evidenceBeyond(comparisons: readonly Comparison[]): number {
  const excess = Math.min(...comparisons.map((own) => own.excess ?? 0));
  if (!(excess > 1)) return 0;
  const resolution = Math.max(...comparisons.map(({ pValue }) => pValue?.resolution ?? 1));
  return evidenceOf(Math.max(resolution ** excess, Number.MIN_VALUE));
}
