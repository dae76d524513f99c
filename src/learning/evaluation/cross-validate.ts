import type { Split } from "./split.ts";

/**
 * Fits every split and returns the results in the same order.
 * @param fitFold fits and evaluates one split; `fold` counts from 0
 * @param concurrency number of folds to run at once, at least 1
 * @throws the error of the first fold that fails, after all running folds have ended; no further fold starts
 */
export async function crossValidate<T>(
  splits: readonly Split[],
  fitFold: (split: Split, fold: number) => Promise<T>,
  concurrency: number,
): Promise<T[]> {
  if (!(concurrency >= 1)) throw new RangeError(`concurrency: expected at least 1, got ${concurrency}`);
  const results = new Array<T>(splits.length);
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < splits.length && failures.length === 0) {
      const fold = next++;
      try {
        results[fold] = await fitFold(splits[fold]!, fold);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, splits.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
