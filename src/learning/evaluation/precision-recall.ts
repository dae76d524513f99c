// Precision and recall of one class at every threshold on its probability, with scikit-learn's conventions: rows with equal
// scores are on the same side of every threshold, and average precision is the area of a step function, without interpolation.
// N rows, K classes, P points.

/** Ordered from the highest threshold to the lowest, so recall never decreases. */
export interface PrecisionRecallCurve {
  /** [P] */
  readonly precision: readonly number[];
  /** [P] */
  readonly recall: readonly number[];
  /** Mean precision, weighted by the gain in recall at each threshold. */
  readonly averagePrecision: number;
}

/**
 * @param scores [N, K] probabilities
 * @param labels [N] true classes
 * @param of the class to compute the curve for
 * @returns null if no row belongs to the class
 */
export function precisionRecall(
  scores: Float32Array,
  labels: Int32Array,
  { nClasses, of }: { readonly nClasses: number; readonly of: number },
): PrecisionRecallCurve | null {
  if (scores.length !== labels.length * nClasses)
    throw new RangeError(`scores: expected ${labels.length} rows of ${nClasses}, got ${scores.length} numbers`);
  const scoreOf = (row: number): number => scores[row * nClasses + of]!;
  const positives = labels.reduce((sum, label) => sum + (label === of ? 1 : 0), 0);
  if (positives === 0) return null;
  const order = Int32Array.from(labels.keys()).sort((a, b) => scoreOf(b) - scoreOf(a));
  const precision: number[] = [];
  const recall: number[] = [];
  let [hits, averagePrecision] = [0, 0];
  for (const [i, row] of order.entries()) {
    if (labels[row] === of) hits++;
    const next = order[i + 1];
    if (next !== undefined && scoreOf(next) === scoreOf(row)) continue;
    const point = { precision: hits / (i + 1), recall: hits / positives };
    averagePrecision += point.precision * (point.recall - (recall.at(-1) ?? 0));
    precision.push(point.precision);
    recall.push(point.recall);
  }
  return { precision, recall, averagePrecision };
}
