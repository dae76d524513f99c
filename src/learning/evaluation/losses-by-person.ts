// Log loss per person, and the difference between two lists of such losses. Windows from one person resemble one another, so
// standard errors are computed over people.

import { logLoss } from "./log-loss.ts";

/**
 * Mean log loss of each person's rows, in nats, in order of first appearance.
 * @param people each row's person, as a number
 * @param probabilities [N, K]
 */
export function lossesByPerson(
  { labels, people, classCount }: { labels: Int32Array; people: Int32Array; classCount: number },
  probabilities: Float32Array,
): number[] {
  return [...Map.groupBy(people.keys(), (row) => people[row]!).values()].map((rows) => {
    const own = rows.flatMap((row) => Array.from(probabilities.subarray(row * classCount, (row + 1) * classCount)));
    return logLoss(
      Int32Array.from(rows, (row) => labels[row]!),
      Float32Array.from(own),
      classCount,
    );
  });
}

/**
 * Returns how much lower the mean of `second` is than the mean of `first`, and the standard error of this difference over
 * people, which is Infinity if there is only one.
 * @param second losses for the same people, in the same order
 */
export function lossDifference(
  first: readonly number[],
  second: readonly number[],
): { readonly difference: number; readonly error: number } {
  const differences = first.map((loss, person) => loss - second[person]!);
  const count = differences.length;
  const difference = differences.reduce((sum, own) => sum + own, 0) / count;
  const squares = differences.reduce((sum, own) => sum + (own - difference) ** 2, 0);
  return { difference, error: count < 2 ? Number.POSITIVE_INFINITY : Math.sqrt(squares / (count - 1) / count) };
}

/**
 * Whether the mean of `second` is lower than that of `first` by more than one standard error, which is more than usually
 * happens by chance.
 */
export function isLossSurelyLower(first: readonly number[], second: readonly number[]): boolean {
  const { difference, error } = lossDifference(first, second);
  return difference > error;
}
