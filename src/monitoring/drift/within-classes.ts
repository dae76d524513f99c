// Compares two batches activity by activity. Measured over all samples, a minute of walking is far from five minutes of mostly
// sitting, even though only the activity has changed. But it is close to the walking within those five minutes. The distances
// within the classes are averaged, weighted by the effective sizes of two-sample tests, n m / (n + m) rows. A class that is
// rare in the batch or the reference therefore has little weight, and a class that is missing from either has none. The share
// of a batch that was compared is reported separately.

import { ksDistance } from "../../stats/ks.ts";
import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import { effectiveSize } from "./effective-size.ts";

/** Effective sizes summed over the classes. */
export function effectiveSizeWithinClasses(reference: ClassSummaries, current: ClassSummaries): number {
  return current.reduce(
    (sum, own, k) => sum + effectiveSize(batchSummaryRows(own), batchSummaryRows(reference[k] ?? null)),
    0,
  );
}

/**
 * The channel's Kolmogorov-Smirnov distance, averaged over the classes contained in both batches.
 * @param distances [K] the channels' distances within each class, if known; see `distancesForClassStandards`
 * @returns 0 to 1; 0 if batch and reference share no class
 */
export function ksWithinClasses(
  reference: ClassSummaries,
  current: ClassSummaries,
  channel: string,
  distances?: readonly ({ readonly ks: Readonly<Record<string, number>> } | null)[],
): number {
  let [sum, weights] = [0, 0];
  for (const [k, own] of current.entries()) {
    const [a, b] = [reference[k]?.[channel], own?.[channel]];
    const weight = effectiveSize(a?.n ?? 0, b?.n ?? 0);
    if (weight === 0) continue;
    sum += weight * (distances?.[k]?.ks[channel] ?? ksDistance(a!.counts, b!.counts));
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

/**
 * Logarithm of the ratio of the channel's standard deviations in batch and reference. Both are computed over the common
 * classes, in the batch's mix, so that a different mix of activities has no effect.
 * @param least lower limit of a standard deviation, above 0
 * @returns 0 if batch and reference share no class
 */
export function logSdWithinClasses(
  reference: ClassSummaries,
  current: ClassSummaries,
  channel: string,
  least: number,
): number {
  const common = current.flatMap((own, k) => {
    const [before, now] = [reference[k]?.[channel], own?.[channel]];
    return before === undefined || now === undefined || before.n === 0 || now.n === 0 ? [] : [{ before, now }];
  });
  if (common.length === 0) return 0;
  const rows = common.reduce((sum, { now }) => sum + now.n, 0);
  const spread = (side: "before" | "now"): number => {
    const mean = common.reduce((sum, pair) => sum + pair.now.n * pair[side].mean, 0) / rows;
    const square = common.reduce(
      (sum, pair) => sum + pair.now.n * (pair[side].std ** 2 + (pair[side].mean - mean) ** 2),
      0,
    );
    return Math.max(Math.sqrt(square / rows), least);
  };
  return Math.log(spread("now") / spread("before"));
}

/** Share of the batch's rows in classes that are missing from the reference. */
export function unseenShareWithinClasses(reference: ClassSummaries, current: ClassSummaries): number {
  const rows = current.map(batchSummaryRows);
  const unseen = rows.filter((_, k) => batchSummaryRows(reference[k] ?? null) === 0);
  const total = (values: readonly number[]): number => values.reduce((sum, n) => sum + n, 0);
  return total(unseen) / total(rows);
}
