// K folds that test a model on the people it learned from: contiguous blocks of time, with a purge gap around each test block
// (after López de Prado 2018, chapter 7, who likewise purges in time).
//
// A person's activities come one after another, so cutting the day into K blocks would leave entire activities out of a fold's
// training part. Instead, the windows of *each class* are laid end to end, in order of recording and time, and cut into K equal
// contiguous blocks. Fold k is tested on the k-th block of every class. Every class is therefore learned and tested in every
// fold and is cut in only K - 1 places. Training windows of any class that are closer to a test window than the purge gap are
// left out of that fold's training part, so a fold's training and test rows do not add up to all rows. The result shows how
// well the network does on the same people at other times, including earlier ones, but not how well it does on other people.

import { checkNSplits, checkSplitClasses, checkSplitKeepsClasses, classTooShortToSplit } from "./check-splits.ts";
import { rowsToSplitByClass, type Split, splitsFromFolds, type WindowPositions } from "./split.ts";
import { orderForWindowGaps, purgeByWindowGap } from "./window-gaps.ts";

/**
 * Cuts the windows of each class into blocks, one per fold. Every row is tested exactly once; every class is in both the
 * training part and the test part of every fold.
 * @param options.purgeSamples minimum number of samples between a training window and a test window in one recording; the
 * window length is a sensible choice. At least 1, so that windows do not touch.
 * @throws UserError if there is only one class, if there are fewer than two folds, or if a class is too short for that many
 * blocks
 */
export function blockedSplit(positions: WindowPositions, options: { nSplits: number; purgeSamples: number }): Split[] {
  const { nSplits, purgeSamples } = options;
  const { labels, classes } = positions;
  checkNSplits(nSplits);
  checkSplitClasses(labels, classes);
  if (!(purgeSamples >= 1)) throw new RangeError(`purgeSamples: expected at least 1, got ${purgeSamples}`);

  const order = orderForWindowGaps(positions);
  const foldOfRow = new Int32Array(labels.length);
  for (const [name, rows] of rowsToSplitByClass(order, labels)) {
    if (rows.length < nSplits) throw classTooShortToSplit(classes[name]);
    for (let i = 0; i < rows.length; i++) foldOfRow[rows[i]!] = Math.floor((i * nSplits) / rows.length);
  }
  return splitsFromFolds(foldOfRow, nSplits).map(({ trainIndex, testIndex }) => {
    const kept = purgeByWindowGap(positions, order, trainIndex, testIndex, purgeSamples);
    checkSplitKeepsClasses(positions, kept, trainIndex);
    return { trainIndex: kept, testIndex };
  });
}
