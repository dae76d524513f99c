// Compares two batches activity by activity. By any overall distance, one minute of walking is far from five minutes of
// mostly sitting, although only the activity has changed; compared with the walking alone, it is not. The distances within
// the classes are averaged. Each is weighted by its evidence, n m / (n + m) rows, which is the effective size of a
// two-sample test. So a class that is rare on one side counts little, and a class that is missing on one side does not
// count. The share of a batch that was compared is reported separately.

import { ksDistance } from "../../stats/ks.ts";
import { batchSummaryRows, type ClassSummaries } from "../summaries/class-summaries.ts";

/** Effective size of a pair of samples, in rows; 0 if either side is empty. */
export function effectiveSize(n: number, m: number): number {
  return n === 0 || m === 0 ? 0 : (n * m) / (n + m);
}

/** Effective sizes summed over the classes. */
export function effectiveSizeWithinClasses(reference: ClassSummaries, current: ClassSummaries): number {
  return current.reduce(
    (sum, own, k) => sum + effectiveSize(batchSummaryRows(own), batchSummaryRows(reference[k] ?? null)),
    0,
  );
}

/**
 * The channel's Kolmogorov-Smirnov distance, averaged over the classes that are on both sides.
 * @returns 0 to 1; 0 if no class is on both sides
 */
export function ksWithinClasses(reference: ClassSummaries, current: ClassSummaries, channel: string): number {
  let [sum, weights] = [0, 0];
  for (const [k, own] of current.entries()) {
    const [a, b] = [reference[k]?.[channel], own?.[channel]];
    const weight = effectiveSize(a?.n ?? 0, b?.n ?? 0);
    if (weight === 0) continue;
    sum += weight * ksDistance(a!.counts, b!.counts);
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

/** Share of the current rows in classes that the reference lacks. */
export function unseenClassShare(reference: ClassSummaries, current: ClassSummaries): number {
  const rows = current.map(batchSummaryRows);
  const unseen = rows.filter((_, k) => batchSummaryRows(reference[k] ?? null) === 0);
  const total = (values: readonly number[]): number => values.reduce((sum, n) => sum + n, 0);
  return total(unseen) / total(rows);
}
