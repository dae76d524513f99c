// Computes how the network's output differs between a batch and a reference: in the class mix, in confidence, and in the
// labels' flip rate. No labels are needed. The mix may also change because people do different things, so it is reported
// separately.

import { ksDistance } from "../../stats/ks.ts";
import { totalVariationDistance } from "../../stats/share-distance.ts";
import type { ModelSignals } from "../summaries/model-signals.ts";

export interface SignalDistances {
  /**
   * 0 to 1: total variation distance between the shares of predicted classes. It is the share of windows whose labels would
   * have to change to make the shares equal.
   */
  readonly mixShift: number;
  /** 0 to 1: Kolmogorov-Smirnov distances over the signals' grid. */
  readonly confidenceKs: number;
  readonly entropyKs: number;
  readonly marginKs: number;
  /** Mean confidence in the batch minus mean confidence in the reference. */
  readonly confidenceShift: number;
  /** Flip rate of the batch minus flip rate of the reference; null if either has no adjacent windows. */
  readonly flipRateShift: number | null;
}

/** @param reference signals over the same classes, in the same order */
export function signalDistances(reference: ModelSignals, current: ModelSignals): SignalDistances {
  const [before, now] = [flipRateSignalDistance(reference), flipRateSignalDistance(current)];
  return {
    mixShift: totalVariationDistance(reference.classCounts, current.classCounts),
    confidenceKs: ksDistance(reference.confidence.counts, current.confidence.counts),
    entropyKs: ksDistance(reference.entropy.counts, current.entropy.counts),
    marginKs: ksDistance(reference.margin.counts, current.margin.counts),
    confidenceShift: confidenceSignalDistance(current) - confidenceSignalDistance(reference),
    flipRateShift: before === null || now === null ? null : now - before,
  };
}

/** Mean confidence of the network over the windows. */
export function confidenceSignalDistance({
  confidence,
  windows,
}: Pick<ModelSignals, "confidence" | "windows">): number {
  return confidence.millionths / 1e6 / windows;
}

/** Share of the pairs of consecutive windows whose predicted labels differ; null if there are no pairs. */
export function flipRateSignalDistance({ flips, pairs }: ModelSignals): number | null {
  return pairs === 0 ? null : flips / pairs;
}
