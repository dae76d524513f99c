// Plans how a fit chooses its penalty. If the folds are split by person, the fit holds out its people in turn, as in
// cross-validation, and scores each penalty on them; otherwise, it holds out one part of the windows. Scores on data from which
// the head has learned would favour weak penalties.

import type { Rng } from "../../random.ts";
import { unchangedPenalty } from "../../unchanged-penalty.ts";
import { innerSplit } from "../evaluation/inner-split.ts";
import type { SplitKind, WindowPositions } from "../evaluation/split.ts";
import { assignGroupsToFolds } from "../evaluation/stratified-group-k-fold.ts";
import type { PenaltyPlan } from "./fit-plan.ts";

/** The strongest penalty yields a head that hardly uses its features, the weakest one a head that separates all windows. */
const strengths: readonly number[] = [30_000, 10_000, 3_000, 1_000, 300, 100, 30];
/** Used when no penalty can be tried because a single person leaves no one to hold out. */
export const untriedPenalty = 300;
const parts = 3;

/** Penalties on the distance from a starting model's head: the first keeps that head, and the last hardly pulls towards it. */
const fineTuningStrengths: readonly number[] = [
  unchangedPenalty,
  1_000_000,
  300_000,
  100_000,
  ...strengths.slice(0, -1),
];
const untriedFineTuning = 100_000;

/**
 * @param trainIndex rows that the fit learns from, ascending
 * @param options.purgeSamples see `innerSplit`
 * @param options.fromModel whether the penalties pull towards a starting model's head
 */
export function searchedPenalties(
  kind: SplitKind,
  positions: WindowPositions,
  trainIndex: Int32Array,
  options: { rng: Rng; purgeSamples: number; fromModel?: boolean },
): PenaltyPlan {
  const tried = options.fromModel === true ? fineTuningStrengths : strengths;
  if (kind === "stratified" || kind === "blocks") {
    const split = innerSplit(kind, positions, trainIndex, options);
    return { strengths: tried, parts: [{ trainIndex: [...split.trainIndex], heldOut: [...split.validationIndex] }] };
  }
  const labels = trainIndex.map((row) => positions.labels[row]!);
  const groups = trainIndex.map((row) => positions.groups[row]!);
  const folds = Math.min(parts, new Set(groups).size);
  if (folds < 2) return fixedPenalty(options.fromModel === true ? untriedFineTuning : untriedPenalty);
  const foldOf = assignGroupsToFolds(labels, groups, folds, options.rng);
  const rowsWhere = (keep: (fold: number) => boolean): number[] =>
    Array.from(trainIndex.filter((row) => keep(foldOf.get(positions.groups[row]!)!)));
  return {
    strengths: tried,
    parts: Array.from({ length: folds }, (_, part) => ({
      trainIndex: rowsWhere((fold) => fold !== part),
      heldOut: rowsWhere((fold) => fold === part),
    })),
  };
}

/** A penalty chosen earlier. */
export function fixedPenalty(strength: number): PenaltyPlan {
  return { strengths: [strength], parts: [] };
}
