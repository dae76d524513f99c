// Precision, recall and F1 from a confusion matrix, with scikit-learn's conventions: a ratio with denominator 0 is 0
// (zero_division=0), and the macro mean runs over the classes that occur among the true or predicted labels.

import { confusionMatrix } from "./confusion-matrix.ts";

export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Number of rows of this class. */
  readonly support: number;
  /** Number of rows predicted as this class. */
  readonly predicted: number;
}

/** One score per class, from the [K, K] counts returned by `confusionMatrix`. */
export function f1ScoresByClass(matrix: Float64Array, nClasses: number): ClassScore[] {
  return Array.from({ length: nClasses }, (_, k) => {
    let support = 0;
    let predicted = 0;
    for (let j = 0; j < nClasses; j++) {
      support += matrix[k * nClasses + j]!;
      predicted += matrix[j * nClasses + k]!;
    }
    const hits = matrix[k * nClasses + k]!;
    return {
      precision: predicted > 0 ? hits / predicted : 0,
      recall: support > 0 ? hits / support : 0,
      f1: support + predicted > 0 ? (2 * hits) / (support + predicted) : 0,
      support,
      predicted,
    };
  });
}

/** The unweighted mean of F1 over the classes that occur as a true or predicted label; NaN if none does. */
export function macroMeanF1(scores: readonly ClassScore[]): number {
  let sum = 0;
  let count = 0;
  for (const { f1, support, predicted } of scores) {
    if (support + predicted === 0) continue;
    sum += f1;
    count++;
  }
  return sum / count;
}

/**
 * Macro-averaged F1, as computed by `sklearn.metrics.f1_score(average="macro", zero_division=0)`.
 * @throws RangeError if there are no rows, the lengths differ, or a class is outside 0..K-1
 */
export function macroF1(yTrue: Int32Array, yPredicted: Int32Array, nClasses: number): number {
  if (yTrue.length === 0) throw new RangeError("macroF1: expected at least one row, got none");
  return macroMeanF1(f1ScoresByClass(confusionMatrix(yTrue, yPredicted, nClasses), nClasses));
}
