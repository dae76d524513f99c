// How differently the network answers a batch than it answered a reference: another mix of classes, less sure, less
// steady. None needs a label. The mix may change because people do other things; that is reported apart.

import { ksDistance } from "../../stats/ks.ts";
import { totalVariation } from "../../stats/share-distance.ts";
import type { ModelSignals } from "../summaries/model-signals.ts";

export interface SignalDistances {
  /** 0 to 1: total variation of the shares of predicted classes, the share of windows that would need another label. */
  readonly mixShift: number;
  /** 0 to 1: Kolmogorov-Smirnov distances, on the grid of the signals. */
  readonly confidenceKs: number;
  readonly entropyKs: number;
  readonly marginKs: number;
  /** Current mean confidence minus the reference's. */
  readonly confidenceShift: number;
  /** Current flip rate minus the reference's; null where a side has no neighbouring windows. */
  readonly flipRateShift: number | null;
}

/** @param reference of the same classes, in the same order */
export function signalDistances(reference: ModelSignals, current: ModelSignals): SignalDistances {
  const [before, now] = [flipRate(reference), flipRate(current)];
  return {
    mixShift: totalVariation(reference.classCounts, current.classCounts),
    confidenceKs: ksDistance(reference.confidence.counts, current.confidence.counts),
    entropyKs: ksDistance(reference.entropy.counts, current.entropy.counts),
    marginKs: ksDistance(reference.margin.counts, current.margin.counts),
    confidenceShift: meanConfidence(current) - meanConfidence(reference),
    flipRateShift: before === null || now === null ? null : now - before,
  };
}

/** What the estimate of the accuracy takes. */
export function meanConfidence({ confidence, windows }: ModelSignals): number {
  return confidence.millionths / 1e6 / windows;
}

/** Share of neighbouring windows with another label than the one before; null where there are none. */
export function flipRate({ flips, pairs }: ModelSignals): number | null {
  return pairs === 0 ? null : flips / pairs;
}
