// Finds a confidence below which predictions count as unknown, and measures its effect on windows whose class is known.
// Dimensions: N rows, K classes.

import { argmaxRows } from "../../stats/argmax-rows.ts";
import { quantiles } from "../../stats/quantile.ts";

/** A confidence below which predictions count as unknown, and its effect on people that the network had not seen. */
export interface ConfidenceThreshold {
  /** Predictions with a lower confidence count as unknown. */
  readonly confidence: number;
  /** Share of the windows that become unknown. */
  readonly share: number;
  /** Share of the wrong predictions that become unknown; null if none was wrong. */
  readonly wrong_removed: number | null;
  /** Share of the correct predictions that become unknown; null if none was correct. */
  readonly right_removed: number | null;
  /** Share of correct predictions among all windows. */
  readonly accuracy_before: number;
  /** Share of correct predictions among the windows that do not become unknown. */
  readonly accuracy_after: number;
}

/**
 * @param yTrue [N] true classes; N is at least 1
 * @param probabilities [N, K] predicted for windows that the network had not seen
 * @param share share of the windows that may be labelled unknown, in (0, 1)
 */
export function confidenceThreshold(
  yTrue: Int32Array,
  probabilities: Float32Array,
  nClasses: number,
  share: number,
): ConfidenceThreshold {
  const predicted = argmaxRows(probabilities, nClasses);
  const confidences = Float64Array.from(predicted, (k, row) => probabilities[row * nClasses + k]!);
  const [confidence] = quantiles(confidences.toSorted(), [share]);
  let [wrong, wrongRemoved, right, rightRemoved] = [0, 0, 0, 0];
  for (const [row, k] of predicted.entries()) {
    const isRemoved = confidences[row]! < confidence!;
    if (k === yTrue[row]) {
      right++;
      if (isRemoved) rightRemoved++;
    } else {
      wrong++;
      if (isRemoved) wrongRemoved++;
    }
  }
  return {
    confidence: confidence!,
    share: (wrongRemoved + rightRemoved) / yTrue.length,
    wrong_removed: wrong === 0 ? null : wrongRemoved / wrong,
    right_removed: right === 0 ? null : rightRemoved / right,
    accuracy_before: right / yTrue.length,
    accuracy_after: (right - rightRemoved) / (yTrue.length - wrongRemoved - rightRemoved),
  };
}
