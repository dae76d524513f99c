// Finds streams whose first batches no longer show what is usual, because different people now perform the same activities.
// Within an activity, one person differs from the training data in the same way from day to day. If several people share a
// stream, and their bouts span many batches, neighbouring batches differ from the training data in the same way, but distant
// batches do not. A fault of a few channels is not mistaken for other people, because most signals stay as they were; nor is a
// sensor that slips, because the signals that do not depend on its orientation must differ, too. Dimensions: K classes, S
// signals.

import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import type { DriftModel } from "./comparison.ts";
import { effectiveSize } from "./effective-size.ts";

/** Limit for deviations, in standard deviations of the class, so that no signal outweighs all the others; arbitrary. */
const mostDeviation = 2;
/**
 * Minimum agreement of neighbouring batches: below it, the stream hardly differs from the training data, and agreement means
 * little. Like the next limit, chosen on one half of the people in WISDM and MotionSense.
 */
const leastAgreement = 0.35;
/** The anchor is outlived if the first and last batches agree by less than this share of the agreement of neighbours. */
const outlivedShare = 0.5;

/**
 * [K] rows, and [S] how far the signals' means are from the training data; null for a class with less than a second of data, or
 * without training data.
 */
type Deviations = readonly ({ readonly rows: number; readonly values: readonly number[] } | null)[];
type Pairs = readonly (readonly [Deviations, Deviations])[];

/**
 * Whether the last batches seem to come from different people than the first.
 * @returns false as long as the first and the last batches overlap, and for models without signals that are independent of the
 * sensor's orientation
 */
export function isAnchorOutlived(
  { anchor, rolling }: { readonly anchor: readonly ClassSummaries[]; readonly rolling: readonly ClassSummaries[] },
  model: DriftModel,
): boolean {
  if (rolling.some((batch) => anchor.includes(batch))) return false;
  const first = anchor.map((batch) => deviationsFrom(batch, model));
  const last = rolling.map((batch) => deviationsFrom(batch, model));
  const signals = Object.keys(model.baseline);
  const near = productsOf([...pairsWithin(first), ...pairsWithin(last)], signals.length);
  const far = productsOf(
    first.flatMap((a) => last.map((b) => [a, b] as const)),
    signals.length,
  );
  const isUndirected = (s: number): boolean => !model.channels.includes(signals[s]!);
  const isOutlivedIn = (least: number, isMeant: (s: number) => boolean): boolean => {
    const agreement = agreementIn(near, isMeant);
    return agreement >= least && agreementIn(far, isMeant) < outlivedShare * agreement;
  };
  return isOutlivedIn(leastAgreement, () => true) && isOutlivedIn(0, isUndirected);
}

function pairsWithin(all: readonly Deviations[]): Pairs {
  return all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));
}

function deviationsFrom(batch: ClassSummaries, { baseline, byClass, samplingRateHz }: DriftModel): Deviations {
  const signals = Object.entries(baseline);
  return batch.map((own, k) => {
    const [rows, usual] = [batchSummaryRows(own), byClass[k]];
    if (own === null || usual == null || rows < samplingRateHz) return null;
    const values = signals.map(([name, { summary }]) => {
      const [now, before] = [own[name]!, usual[name]!];
      if (now.n === 0 || before.n === 0) return 0;
      const deviation = (now.mean - before.mean) / Math.max(before.std, leastRelativeStd * summary.std);
      return Math.max(-mostDeviation, Math.min(mostDeviation, deviation));
    });
    return { rows, values };
  });
}

interface Products {
  xy: number;
  xx: number;
  yy: number;
}

/** [S] sums of the products of two batches' deviations over all pairs, weighted by the effective size of each common class. */
function productsOf(pairs: Pairs, signals: number): Products[] {
  const products = Array.from({ length: signals }, () => ({ xy: 0, xx: 0, yy: 0 }));
  for (const [a, b] of pairs) {
    for (const [k, x] of a.entries()) {
      const y = b[k];
      if (x === null || y == null) continue;
      const weight = effectiveSize(x.rows, y.rows);
      for (const [s, value] of x.values.entries()) {
        const own = products[s]!;
        own.xy += weight * value * y.values[s]!;
        own.xx += weight * value ** 2;
        own.yy += weight * y.values[s]! ** 2;
      }
    }
  }
  return products;
}

/** The correlation about zero, from -1 to 1, of the deviations in some signals; NaN, which fails every limit, if all are zero. */
function agreementIn(products: readonly Products[], isMeant: (s: number) => boolean): number {
  let [xy, xx, yy] = [0, 0, 0];
  for (const [s, own] of products.entries()) {
    if (!isMeant(s)) continue;
    xy += own.xy;
    xx += own.xx;
    yy += own.yy;
  }
  return xy / Math.sqrt(xx * yy);
}
