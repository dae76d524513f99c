// Expected calibration error (Naeini et al. 2015; Guo et al. 2017, "On Calibration of Modern Neural Networks"): rows are
// binned by the probability of the predicted class, and the distance between a bin's mean confidence and its accuracy is
// averaged over the rows. Bins are open on the left and closed on the right, as in Guo's code.

/** The windows whose confidence falls into one bin. */
export interface ReliabilityBin {
  /** Lower bound of the bin, exclusive. */
  readonly lower: number;
  /** Upper bound of the bin, inclusive. */
  readonly upper: number;
  /** Number of windows. */
  readonly n: number;
  /** Mean probability of the predicted class; null if the bin is empty. */
  readonly confidence: number | null;
  /** Share of correct predictions; null if the bin is empty. */
  readonly accuracy: number | null;
}

/**
 * @param confidences probability of each row's predicted class, in [0, 1]
 * @param right whether each prediction is correct
 */
export function calibrationErrorBins(confidences: Float32Array, right: Uint8Array, nBins = 15): ReliabilityBin[] {
  const counts = new Float64Array(nBins);
  const confidence = new Float64Array(nBins);
  const hits = new Float64Array(nBins);
  for (let i = 0; i < confidences.length; i++) {
    const bin = Math.min(nBins - 1, Math.max(0, Math.ceil(confidences[i]! * nBins) - 1));
    counts[bin]! += 1;
    confidence[bin]! += confidences[i]!;
    hits[bin]! += right[i]!;
  }
  return Array.from(counts, (n, bin) => ({
    lower: bin / nBins,
    upper: (bin + 1) / nBins,
    n,
    confidence: n > 0 ? confidence[bin]! / n : null,
    accuracy: n > 0 ? hits[bin]! / n : null,
  }));
}

/** The mean of |accuracy - confidence| over the bins, weighted by the number of rows in each bin; NaN if there are no rows. */
export function expectedCalibrationError(
  bins: readonly Pick<ReliabilityBin, "n" | "confidence" | "accuracy">[],
): number {
  let sum = 0;
  let total = 0;
  for (const { n, confidence, accuracy } of bins) {
    if (confidence === null || accuracy === null) continue;
    sum += n * Math.abs(accuracy - confidence);
    total += n;
  }
  return sum / total;
}
