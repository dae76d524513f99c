// All metrics for a set of predictions, in one object that can be stored as JSON. The numbers follow scikit-learn's
// definitions; if a definition is ambiguous, the metric's own file says which interpretation it uses. Dimensions: N rows, K
// classes.

import { z } from "zod";
import { argmaxRows } from "../../stats/argmax-rows.ts";
import { calibrationErrorBins, expectedCalibrationError, type ReliabilityBin } from "./calibration-error.ts";
import { cohenKappa } from "./cohen-kappa.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { f1ScoresByClass, macroMeanF1 } from "./f1.ts";
import { logLoss } from "./log-loss.ts";

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** Classification metrics over windows. */
export interface ClassificationMetrics {
  /** Number of windows. */
  readonly n: number;
  /** Share of correct predictions. */
  readonly accuracy: number;
  /** Mean F1 over the classes that occur among the true or predicted labels. */
  readonly macro_f1: number;
  /** Mean F1, weighted by the number of windows in each class. */
  readonly weighted_f1: number;
  /** Cohen's kappa; null if only one class occurs. */
  readonly kappa: number | null;
  /** Mean negative log-likelihood, nats. */
  readonly log_loss: number;
  /** Absolute difference between confidence and accuracy, averaged over bins weighted by their windows; 0 to 1. */
  readonly expected_calibration_error: number;
  /** One entry per confidence bin. */
  readonly reliability: readonly ReliabilityBin[];
  /** Scores by class name. */
  readonly per_class: Readonly<
    Record<
      string,
      {
        /** Share of the windows predicted as this class that belong to it. */
        precision: number;
        /** Share of the class's windows that are predicted as it. */
        recall: number;
        /** Harmonic mean of precision and recall. */
        f1: number;
        /** Number of windows of this class. */
        support: number;
      }
    >
  >;
  /** Rows are true classes, columns predicted ones. */
  readonly confusion_matrix: readonly (readonly number[])[];
}

export const classificationMetricsSchema: z.ZodType<ClassificationMetrics> = z.object({
  n: count,
  accuracy: share,
  macro_f1: share.describe("mean F1 over the classes that occur among the true or predicted labels"),
  weighted_f1: share.describe("mean F1, weighted by the number of windows in each true class"),
  kappa: z.number().min(-1).max(1).nullable().describe("Cohen's kappa; null if only one class occurs"),
  log_loss: z.number().min(0).describe("mean log loss in nats; probabilities are clipped to [2^-23, 1 - 2^-23]"),
  expected_calibration_error: share.describe(
    "expected calibration error over 15 equal-width bins of the predicted class's probability",
  ),
  reliability: z.array(
    z.object({ lower: share, upper: share, n: count, confidence: share.nullable(), accuracy: share.nullable() }),
  ),
  per_class: z.record(z.string(), z.object({ precision: share, recall: share, f1: share, support: count })),
  confusion_matrix: z.array(z.array(count)).describe("rows: true class, columns: predicted class"),
});

/**
 * @param yTrue [N] true classes
 * @param probabilities [N, K] row-major; each row sums to 1 within 1e-3
 * @param classes K names
 * @throws RangeError if there are no rows, if the lengths differ, if a class is outside 0..K-1, or if a row is not a
 * probability distribution
 */
export function classificationMetrics(
  yTrue: Int32Array,
  probabilities: Float32Array,
  classes: readonly string[],
): ClassificationMetrics {
  const n = yTrue.length;
  const nClasses = classes.length;
  if (n === 0) throw new RangeError("classificationMetrics: expected at least one row, got none");
  if (probabilities.length !== n * nClasses) {
    throw new RangeError(`probabilities: expected ${n} x ${nClasses} numbers, got ${probabilities.length}`);
  }
  const predicted = argmaxRows(probabilities, nClasses);
  const matrix = confusionMatrix(yTrue, predicted, nClasses);
  const confidences = new Float32Array(n);
  const right = new Uint8Array(n);
  let hits = 0;
  for (let i = 0; i < n; i++) {
    checkMetricsProbabilities(probabilities, i, nClasses);
    confidences[i] = Math.min(1, probabilities[i * nClasses + predicted[i]!]!);
    right[i] = predicted[i] === yTrue[i] ? 1 : 0;
    hits += right[i]!;
  }
  const scores = f1ScoresByClass(matrix, nClasses);
  const reliability = calibrationErrorBins(confidences, right);
  return {
    n,
    accuracy: hits / n,
    macro_f1: macroMeanF1(scores),
    weighted_f1: scores.reduce((sum, score) => sum + score.f1 * score.support, 0) / n,
    kappa: cohenKappa(matrix, nClasses),
    log_loss: logLoss(yTrue, probabilities, nClasses),
    expected_calibration_error: expectedCalibrationError(reliability),
    reliability,
    per_class: Object.fromEntries(
      scores.map(({ precision, recall, f1, support }, k) => [classes[k]!, { precision, recall, f1, support }]),
    ),
    confusion_matrix: classes.map((_, k) => Array.from(matrix.subarray(k * nClasses, (k + 1) * nClasses))),
  };
}

function checkMetricsProbabilities(probabilities: Float32Array, row: number, nClasses: number): void {
  let sum = 0;
  for (let k = 0; k < nClasses; k++) {
    const p = probabilities[row * nClasses + k]!;
    if (!(p >= 0)) throw new RangeError(`probabilities: row ${row}: expected numbers in [0, 1], got ${p}`);
    sum += p;
  }
  if (!(Math.abs(sum - 1) <= 1e-3)) throw new RangeError(`probabilities: row ${row}: expected a sum of 1, got ${sum}`);
}
