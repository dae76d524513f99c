import { UserError } from "../../errors.ts";
import type { WindowPositions } from "./split.ts";

/** @throws UserError unless `nSplits` is a whole number of at least 2 */
export function checkNSplits(nSplits: number): void {
  if (!(Number.isInteger(nSplits) && nSplits >= 2)) {
    throw new UserError(`--folds: expected a whole number of at least 2, got ${nSplits}`, {
      advice: "Use --folds 5, or --split leave-one-group-out to test each person in a separate fold.",
    });
  }
}

/** @throws UserError if there are fewer people than folds */
export function checkSplitPeople(people: number, nSplits: number): void {
  if (people >= nSplits) return;
  const advice =
    people === 1
      ? "A single person cannot be split by person. Use --split blocks, which tests on different stretches of " +
        "the same person's recordings."
      : `Use --folds ${people}, or add recordings of more people.`;
  throw new UserError(`expected at least as many people as folds, got ${people} for ${nSplits} folds`, { advice });
}

/** @throws UserError if fewer than two classes occur */
export function checkSplitClasses(labels: Int32Array, classes: readonly string[] = []): void {
  const present = new Set(labels);
  if (present.size >= 2) return;
  const [only] = present;
  const name = only === undefined ? undefined : classes[only];
  throw new UserError(
    present.size === 0
      ? "expected windows of at least two classes, got no windows"
      : `expected windows of at least two classes, got one${name === undefined ? "" : `: "${name}"`}`,
    { advice: "Add recordings of another activity, or check that --label names the right column." },
  );
}

/** @throws UserError if purging removes all rows of a class that had some */
export function checkSplitKeepsClasses(
  { labels, classes }: WindowPositions,
  after: Int32Array,
  before: Int32Array,
): void {
  const present = new Set<number>();
  for (const row of after) present.add(labels[row]!);
  for (const row of before) if (!present.has(labels[row]!)) throw classTooShortToSplit(classes[labels[row]!]);
}

export function classTooShortToSplit(name: string | undefined): UserError {
  return new UserError(`class "${name}" is too short to be cut into blocks with a gap between them`, {
    advice: "Record it for longer, use fewer --folds, a shorter --window, or leave the class out.",
  });
}
