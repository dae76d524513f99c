// K folds that keep each group (person) whole, with class shares as even as that allows. Uses the greedy method of
// scikit-learn's StratifiedGroupKFold (after a Kaggle kernel by Jakub Wasikowski). Groups are shuffled, then stably sorted by
// the spread of their class counts, most uneven first. Each group goes to the fold that minimises the standard deviation of the
// class shares over folds; ties go to the fold with fewer rows.
//
// Unlike scikit-learn, which may prefer a fold because of rounding noise, this function treats such small differences as ties.
// If there are at least as many groups as folds, no fold stays empty, because adding to an empty fold always yields the
// smallest deviation.

import type { Rng } from "../../random.ts";
import { checkNSplits, checkSplitClasses, checkSplitPeople } from "./check-splits.ts";
import { type Split, splitsFromFolds } from "./split.ts";

/**
 * Assigns whole groups to folds. Every row is tested exactly once, and every group in exactly one fold.
 * @param labels [W] classes, 0 or more
 * @param groups [W] group numbers, 0 or more
 * @param options.rng decides the order among groups of equal spread; if omitted, they keep their order
 * @throws UserError if there are fewer groups than folds, fewer than two folds, or only one class
 */
export function stratifiedGroupKFold(
  labels: Int32Array,
  groups: Int32Array,
  options: { nSplits: number; rng?: Rng },
): Split[] {
  const { nSplits, rng } = options;
  checkNSplits(nSplits);
  checkSplitPeople(new Set(groups).size, nSplits);
  checkSplitClasses(labels);
  const foldOfGroup = assignGroupsToFolds(labels, groups, nSplits, rng);
  return splitsFromFolds(
    groups.map((group) => foldOfGroup.get(group)!),
    nSplits,
  );
}

/** Returns the fold of each group that has a row; does not check its input. */
export function assignGroupsToFolds(
  labels: Int32Array,
  groups: Int32Array,
  nSplits: number,
  rng?: Rng,
): ReadonlyMap<number, number> {
  const names = [...new Set(groups)].sort((a, b) => a - b);
  const classNames = [...new Set(labels)].sort((a, b) => a - b);
  const nClasses = classNames.length;
  const groupRow = new Map(names.map((name, row) => [name, row]));
  const classColumn = new Map(classNames.map((name, column) => [name, column]));
  const counts = names.map(() => new Float64Array(nClasses));
  const classTotals = new Float64Array(nClasses);
  for (let i = 0; i < labels.length; i++) {
    const column = classColumn.get(labels[i]!)!;
    counts[groupRow.get(groups[i]!)!]![column]! += 1;
    classTotals[column]! += 1;
  }

  const order = names.map((_, row) => row);
  rng?.shuffle(order);
  const spread = counts.map((row) => groupFoldDeviation(row));
  order.sort((a, b) => spread[b]! - spread[a]!);

  const folds = Array.from({ length: nSplits }, () => new Float64Array(nClasses));
  const foldOfGroup = new Map<number, number>();
  for (const row of order) {
    const fold = bestFoldForGroup(folds, classTotals, counts[row]!);
    for (let k = 0; k < nClasses; k++) folds[fold]![k]! += counts[row]![k]!;
    foldOfGroup.set(names[row]!, fold);
  }
  return foldOfGroup;
}

function bestFoldForGroup(folds: readonly Float64Array[], classTotals: Float64Array, counts: Float64Array): number {
  let best = 0;
  let bestDeviation = Number.POSITIVE_INFINITY;
  let bestRows = Number.POSITIVE_INFINITY;
  const shares = new Float64Array(folds.length);
  for (let fold = 0; fold < folds.length; fold++) {
    let deviation = 0;
    for (let k = 0; k < counts.length; k++) {
      for (let f = 0; f < folds.length; f++) {
        shares[f] = (folds[f]![k]! + (f === fold ? counts[k]! : 0)) / classTotals[k]!;
      }
      deviation += groupFoldDeviation(shares) / counts.length;
    }
    const rows = folds[fold]!.reduce((sum, count) => sum + count, 0);
    // numpy.isclose's tolerances, as in scikit-learn.
    const tied = Math.abs(deviation - bestDeviation) <= 1e-8 + 1e-5 * bestDeviation;
    if (tied ? rows < bestRows : deviation < bestDeviation) {
      best = fold;
      bestDeviation = deviation;
      bestRows = rows;
    }
  }
  return best;
}

function groupFoldDeviation(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
