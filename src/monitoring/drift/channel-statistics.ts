// Computes several distances of one channel of a batch from a reference, from two summaries on the same grid. Each distance is
// 0 for equal summaries, and its magnitude grows with the difference.

import { ksDistance } from "../../stats/ks.ts";
import { psi } from "../../stats/psi.ts";
import { jensenShannonDistance } from "../../stats/share-distance.ts";
import { wassersteinDistance } from "../../stats/wasserstein.ts";
import type { ChannelSummary } from "../summaries/batch-summary.ts";
import type { QuantileGrid } from "../summaries/quantile-grid.ts";

/** Distances of one channel of a batch from a reference. */
export interface ChannelStatistics {
  /** Kolmogorov-Smirnov distance, 0 to 1: the largest difference between the cumulative distributions. */
  readonly ks: number;
  /** Population stability index over the reference's deciles, 0 or more. */
  readonly psi: number;
  /**
   * Wasserstein-1 distance, in standard deviations of the baseline: the average distance that the values would have to move.
   */
  readonly wasserstein: number;
  /** Jensen-Shannon distance between the shares per bin, 0 to 1. */
  readonly jensenShannon: number;
  /** Current mean minus the reference mean, in standard deviations of the baseline. */
  readonly meanShift: number;
  /** Natural logarithm of the current standard deviation divided by the reference's. */
  readonly logSdRatio: number;
}

/** A channel's scale, frozen with the baseline. */
export interface ChannelScale {
  readonly edges: QuantileGrid;
  /** Standard deviation of the training data. */
  readonly std: number;
}

/**
 * Lower limit for a standard deviation, as a fraction of the baseline's, so that ratios stay finite when a channel is constant.
 */
export const leastRelativeStd = 1e-3;

/** @throws RangeError if a side has no finite value, or the baseline has no spread */
export function channelStatistics(
  reference: ChannelSummary,
  current: ChannelSummary,
  scale: ChannelScale,
): ChannelStatistics {
  if (!(reference.n > 0 && current.n > 0)) {
    throw new RangeError(`statistics: expected values on both sides, got ${reference.n} and ${current.n}`);
  }
  if (!(scale.std > 0)) {
    throw new RangeError(`statistics: expected a positive standard deviation in the baseline, got ${scale.std}`);
  }
  const spread = (side: ChannelSummary): number => Math.max(side.std, leastRelativeStd * scale.std);
  return {
    ks: ksDistance(reference.counts, current.counts),
    meanShift: (current.mean - reference.mean) / scale.std,
    logSdRatio: Math.log(spread(current) / spread(reference)),
    // The other distances are computed lazily, because they are expensive and a calibration compares thousands of batches by KS
    // distance alone.
    get psi() {
      return psi(reference.counts, current.counts);
    },
    get wasserstein() {
      return wassersteinDistance(reference, current, scale.edges) / scale.std;
    },
    get jensenShannon() {
      return jensenShannonDistance(reference.counts, current.counts);
    },
  };
}
