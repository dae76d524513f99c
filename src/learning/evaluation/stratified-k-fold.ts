import type { Rng } from "../../random.ts";
import { checkNSplits, checkSplitClasses } from "./check-splits.ts";
import { rowsToSplitByClass, type Split, splitsFromFolds } from "./split.ts";

/**
 * K folds of shuffled rows with equal class shares: both a class's counts and the fold sizes differ by at most one between
 * folds. The split ignores people and overlapping windows, so it LEAKS on windows cut from recordings: the neighbours of every
 * test window are in training (Hammerla & Ploetz 2015). Use it only to compare with published figures.
 * @param labels [W] classes, 0 or more
 * @throws UserError if there is only one class or fewer than two folds
 */
export function stratifiedKFold(labels: Int32Array, options: { nSplits: number; rng: Rng }): Split[] {
  const { nSplits, rng } = options;
  checkNSplits(nSplits);
  checkSplitClasses(labels);
  return splitsFromFolds(dealStratifiedFolds(labels, nSplits, rng), nSplits);
}

/**
 * The fold of each row: the rows of each class are shuffled and assigned to the folds in turn, starting after the fold where
 * the previous class ended.
 */
export function dealStratifiedFolds(labels: Int32Array, nSplits: number, rng: Rng): Int32Array {
  const rowsOfClass = rowsToSplitByClass(labels.keys(), labels);
  const foldOfRow = new Int32Array(labels.length);
  let dealt = 0;
  for (const name of [...rowsOfClass.keys()].sort((a, b) => a - b)) {
    for (const row of rng.shuffle(rowsOfClass.get(name)!)) foldOfRow[row] = dealt++ % nSplits;
  }
  return foldOfRow;
}
