// Chooses which of a fold's training rows are used for validation, which early stopping and the learning rate depend on. The
// rows are split in the same way as for the fold itself: by person, by shuffled rows, or by contiguous blocks.

import { UserError } from "../../errors.ts";
import type { Rng } from "../../random.ts";
import { checkSplitKeepsClasses } from "./check-splits.ts";
import { type InnerSplit, rowsToSplitByClass, type SplitKind, splitRowsWhere, type WindowPositions } from "./split.ts";
import { assignGroupsToFolds } from "./stratified-group-k-fold.ts";
import { dealStratifiedFolds } from "./stratified-k-fold.ts";
import { orderForWindowGaps, purgeByWindowGap } from "./window-gaps.ts";

/**
 * Divides `trainIndex` once more. Test rows are never used.
 *
 * - `group`, `leave-one-group-out`: whole people, with about `fraction` of the rows and class shares as even as possible. The
 * people are dealt into 1 / fraction parts (rounded) as in stratifiedGroupKFold, and `rng` draws a part that leaves every class
 * on both sides. If there is no such part, it draws a part that leaves every class in training or, failing that, any part.
 * Parts with at least `leastPeople` people are preferred.
 * - `stratified`: a shuffled stratified part.
 * - `blocks`: the first or last stretch of each class's time (drawn once by `rng`); training rows close to it are purged as
 * in blockedSplit.
 *
 * @param trainIndex rows of `positions`, ascending
 * @param options.fraction share of the rows to use for validation (default .2)
 * @param options.purgeSamples used only for blocks; see blockedSplit
 * @param options.leastPeople preferred minimum number of people on the validation side, used only by the group kinds (default 1)
 * @throws UserError if the rows come from only one person (group kinds) or if a class is too short to divide (blocks)
 */
export function innerSplit(
  kind: SplitKind,
  positions: WindowPositions,
  trainIndex: Int32Array,
  options: { rng: Rng; purgeSamples: number; fraction?: number; leastPeople?: number },
): InnerSplit {
  const { rng, purgeSamples, fraction = 0.2, leastPeople = 1 } = options;
  if (!(fraction > 0 && fraction <= 0.5))
    throw new RangeError(`fraction: expected 0 < fraction <= .5, got ${fraction}`);
  const nParts = Math.round(1 / fraction);
  switch (kind) {
    case "group":
    case "leave-one-group-out":
      return innerSplitByGroup(positions, trainIndex, { nParts, leastPeople, rng });
    case "stratified": {
      const parts = dealStratifiedFolds(
        trainIndex.map((row) => positions.labels[row]!),
        nParts,
        rng,
      );
      return innerSplitWhere(trainIndex, (position) => parts[position] === 0);
    }
    case "blocks":
      return innerSplitByBlock(positions, trainIndex, fraction, purgeSamples, rng);
    default:
      throw new RangeError(`split: unknown kind ${kind satisfies never}`);
  }
}

function innerSplitByGroup(
  positions: WindowPositions,
  trainIndex: Int32Array,
  { nParts, leastPeople, rng }: { nParts: number; leastPeople: number; rng: Rng },
): InnerSplit {
  const labels = trainIndex.map((row) => positions.labels[row]!);
  const groups = trainIndex.map((row) => positions.groups[row]!);
  const people = new Set(groups).size;
  if (people < 2) {
    throw new UserError(
      `the training part of a fold holds ${people === 1 ? "one person" : "nobody"}, so no second person is left for validation`,
      {
        advice:
          "A split by person needs at least three people. Add recordings of another person, use more --folds, " +
          "or use --split blocks.",
      },
    );
  }
  const parts = Math.min(nParts, people);
  const partOfGroup = assignGroupsToFolds(labels, groups, parts, rng);
  const candidates = Array.from({ length: parts }, (_, part) =>
    innerSplitWhere(trainIndex, (position) => partOfGroup.get(groups[position]!) === part),
  );
  const present = new Set(labels).size;
  const count = (rows: Int32Array): number => new Set(rows.map((row) => positions.labels[row]!)).size;
  const learnable = candidates.filter((candidate) => count(candidate.trainIndex) === present);
  const complete = learnable.filter((candidate) => count(candidate.validationIndex) === present);
  const isEnough = ({ validationIndex }: InnerSplit): boolean =>
    new Set(validationIndex.map((row) => positions.groups[row]!)).size >= leastPeople;
  const preferred = [complete, learnable, candidates].flatMap((list) => [list.filter(isEnough), list]);
  const choice = preferred.find((list) => list.length > 0)!;
  return choice[rng.integer(choice.length)]!;
}

function innerSplitByBlock(
  positions: WindowPositions,
  trainIndex: Int32Array,
  fraction: number,
  purgeSamples: number,
  rng: Rng,
): InnerSplit {
  const { labels } = positions;
  const order = orderForWindowGaps(positions);
  const isTraining = new Uint8Array(labels.length);
  for (const row of trainIndex) isTraining[row] = 1;
  const atEnd = rng.integer(2) === 1;
  const chosen = new Uint8Array(labels.length);
  const byClass = rowsToSplitByClass(
    order.filter((row) => isTraining[row] === 1),
    labels,
  );
  for (const rows of byClass.values()) {
    const size = Math.max(1, Math.round(rows.length * fraction));
    for (const row of atEnd ? rows.slice(-size) : rows.slice(0, size)) chosen[row] = 1;
  }
  const { trainIndex: rest, validationIndex } = innerSplitWhere(
    trainIndex,
    (position) => chosen[trainIndex[position]!] === 1,
  );
  const kept = purgeByWindowGap(positions, order, rest, validationIndex, purgeSamples);
  checkSplitKeepsClasses(positions, kept, trainIndex);
  return { trainIndex: kept, validationIndex };
}

/** @param validates returns whether the row at a position of `index` belongs to the validation part */
function innerSplitWhere(index: Int32Array, validates: (position: number) => boolean): InnerSplit {
  const pick = (wanted: boolean): Int32Array =>
    splitRowsWhere(index.length, (position) => validates(position) === wanted).map((position) => index[position]!);
  return { trainIndex: pick(false), validationIndex: pick(true) };
}
