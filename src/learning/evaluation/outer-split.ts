import { counted } from "../../counted.ts";
import { listedNames } from "../../listed-names.ts";
import type { Rng } from "../../random.ts";
import { shellCommand } from "../../shell-words.ts";
import { blockedSplit } from "./blocked-split.ts";
import { checkSplitClasses } from "./check-splits.ts";
import { leaveOneGroupOut } from "./leave-one-group-out.ts";
import type { Split, SplitKind, WindowPositions } from "./split.ts";
import { stratifiedGroupKFold } from "./stratified-group-k-fold.ts";
import { stratifiedKFold } from "./stratified-k-fold.ts";

/** If a class has fewer windows than this, chance alone may change its recall by more than 20 points. */
const leastWindowsOfClass = 25;

export interface OuterSplit {
  readonly splits: readonly Split[];
  /** Warnings about how to read the figures. */
  readonly warnings: readonly string[];
}

/**
 * The folds of a cross-validation of the requested kind.
 * @param options.nSplits number of folds; ignored by leave-one-group-out, which makes one fold per person
 * @param options.purgeSamples used only for blocks; see blockedSplit
 * @throws UserError if there is only one class, if there are fewer than two folds or fewer people than folds, or if a class is
 * too short for blocks
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
      return { splits, warnings: outerSplitWarnings(windows, splits.length) };
    }
    case "leave-one-group-out": {
      const splits = leaveOneGroupOut(windows.groups);
      return { splits, warnings: outerSplitWarnings(windows, 2) };
    }
    case "stratified":
      return {
        splits: stratifiedKFold(windows.labels, options),
        warnings: [
          ...outerSplitSizeWarnings(windows),
          "--split stratified leaks: every person is in training, and so are neighbours of every test window. Published " +
            "comparisons found that scores from such splits overstate results on new people by 10-16 points. " +
            "Use them only to compare with papers.",
        ],
      };
    case "blocks": {
      const people = new Set(windows.groups).size;
      return {
        splits: blockedSplit(windows, options),
        warnings:
          people === 1
            ? outerSplitSizeWarnings(windows)
            : [
                ...outerSplitSizeWarnings(windows),
                `--split blocks trains and tests on the same ${people} people: its figures show how well the network does ` +
                  "on them at other times, not on a new person. For new people, use --split group.",
              ],
      };
    }
    default:
      throw new RangeError(`split: unknown kind ${kind satisfies never}`);
  }
}

function outerSplitWarnings(windows: WindowPositions, nSplits: number): string[] {
  return [...outerSplitSizeWarnings(windows), ...outerSplitClassWarnings(windows, nSplits)];
}

/**
 * Warns about classes with no window or with few. The half-width of the 95 % interval for a class's recall is at most about 1 /
 * sqrt(windows).
 */
function outerSplitSizeWarnings({ labels, classes }: WindowPositions): string[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const few = classes.flatMap((name, label) => {
    const windows = counts.get(label) ?? 0;
    return windows < leastWindowsOfClass ? [{ name, windows }] : [];
  });
  const scarce = few.filter(({ windows }) => windows > 0);
  const without = few.filter(({ windows }) => windows === 0).map(({ name }) => name);
  const excluding = (names: readonly string[]): string =>
    `leave ${names.length === 1 ? "it" : "them"} out with ${shellCommand("--exclude", names.join(","))}, or merge similar classes with --map`;
  const least = Math.min(...scarce.map(({ windows }) => windows));
  return [
    ...(without.length === 0
      ? []
      : [
          `There is no window for ${listedNames(without)}, because no stretch with that label is long enough. Use a shorter --window or a lower --purity, ${excluding(without)}.`,
        ]),
    ...(scarce.length === 0
      ? []
      : [
          `There are few windows of ${listedNames(scarce.map(({ name, windows }) => `${name} (${windows})`))}. By chance alone, the recall of a class may be off by ${Math.round(100 / Math.sqrt(least))} points with ${counted(least, "window")}, and each class counts as much in macro-F1 as every other class. Record more, ${excluding(scarce.map(({ name }) => name))}.`,
        ]),
  ];
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
          `class "${classes[label]}" comes from only one person (${users[person!]}). When that person is tested, the network has never seen this class, so its scores are 0, which lowers that fold's macro-F1 by up to ${(1 / classes.length).toFixed(2)}. ` +
            `Record it with more people, leave it out with ${shellCommand("--exclude", classes[label]!)}, or merge it with a similar class with --map.`,
        ];
      }
      if (people.size >= nSplits) return [];
      return [
        `class "${classes[label]}" comes from ${people.size} people, so not all ${nSplits} folds test it, and its figures depend on these few people.`,
      ];
    });
}
