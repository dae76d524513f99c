import type { Rng } from "../../stats/random.ts";
import { blockedSplit } from "./blocked-split.ts";
import { checkSplitClasses } from "./check-splits.ts";
import { leaveOneGroupOut } from "./leave-one-group-out.ts";
import type { Split, SplitKind, WindowPositions } from "./split.ts";
import { stratifiedGroupKFold } from "./stratified-group-k-fold.ts";
import { stratifiedKFold } from "./stratified-k-fold.ts";

export interface OuterSplit {
  readonly splits: readonly Split[];
  /** Warnings about how to read the figures. */
  readonly warnings: readonly string[];
}

/**
 * The folds of a cross-validation of the requested kind.
 * @param options.nSplits number of folds; leave-one-group-out ignores it and makes one fold per person
 * @param options.purgeSamples for blocks: see blockedSplit
 * @throws UserError if there is only one class, there are fewer than two folds or fewer people than folds, or a class is too
 * short for blocks
 */
export function outerSplit(
  kind: SplitKind,
  windows: WindowPositions,
  options: { nSplits: number; purgeSamples: number; rng: Rng },
): OuterSplit {
  checkSplitClasses(windows.labels, windows.classes);
  switch (kind) {
    case "group": {
      const splits = stratifiedGroupKFold(windows.labels, windows.groups, options);
      return { splits, warnings: outerSplitClassWarnings(windows, splits.length) };
    }
    case "leave-one-group-out": {
      const splits = leaveOneGroupOut(windows.groups);
      return { splits, warnings: outerSplitClassWarnings(windows, 2) };
    }
    case "stratified":
      return {
        splits: stratifiedKFold(windows.labels, options),
        warnings: [
          "--split stratified leaks: every person is in training, and so are neighbours of every test window. Published " +
            "comparisons found that such figures overstate results on new people by 10-16 points. Use them only to compare with papers.",
        ],
      };
    case "blocks": {
      const people = new Set(windows.groups).size;
      return {
        splits: blockedSplit(windows, options),
        warnings:
          people === 1
            ? []
            : [
                `--split blocks trains and tests on the same ${people} people: its figures show how well the network does ` +
                  "on them at other times, not on a new person. For new people, use --split group.",
              ],
      };
    }
    default:
      throw new RangeError(`split: unknown kind ${kind satisfies never}`);
  }
}

function outerSplitClassWarnings({ labels, groups, classes, users }: WindowPositions, nSplits: number): string[] {
  const peopleOfClass = new Map<number, Set<number>>();
  for (let row = 0; row < labels.length; row++) {
    const people = peopleOfClass.get(labels[row]!) ?? new Set();
    peopleOfClass.set(labels[row]!, people.add(groups[row]!));
  }
  return [...peopleOfClass]
    .sort(([a], [b]) => a - b)
    .flatMap(([label, people]) => {
      if (people.size === 1) {
        const [person] = people;
        return [
          `class "${classes[label]}" comes from only one person (${users[person!]}). When that person is tested, the ` +
            "network has never seen it, so its scores are 0. Record it with more people, or leave it out.",
        ];
      }
      if (people.size >= nSplits) return [];
      return [`class "${classes[label]}" comes from ${people.size} people, so not all ${nSplits} folds test it.`];
    });
}
