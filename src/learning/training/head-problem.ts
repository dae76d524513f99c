// The equations of a linear head: ridge regression of each class against all others, with the intercepts eliminated. F
// features, K classes.

/** One row of weights per class, for standardised features, followed by the intercepts: [K F + K]. */
export type HeadPoint = Float64Array;

/** Weights for the standardised features, and an intercept. */
export interface HeadColumn {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** For each column, the sum over rows of the residual times the standardised features, and the sum of the residuals. */
export interface HeadProducts {
  readonly products: Float64Array[];
  readonly residuals: Float64Array;
}

export interface HeadProblem {
  /** Weighted mean of the features. */
  readonly centre: Float64Array;
  /** Sum of the rows' weights. */
  readonly total: number;
  /** For each class, the weighted sum of the differences between the targets and the prior's scores. */
  readonly left: Float64Array;
  /** The right-hand sides of the equations, one per class. */
  readonly wanted: Float64Array[];
}

/**
 * A head's equations, centred so that the intercepts drop out.
 * @param sums products of the rows with their negated targets
 * @param missed the same products for the differences between the prior's scores and the targets
 */
export function headProblem(sums: HeadProducts, missed: HeadProducts): HeadProblem {
  // For each class, minus the sum of the weighted rows, and minus the sum of their weights.
  const weights = sums.residuals.map((sum) => -sum);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = new Float64Array(sums.products[0]!.length);
  for (const own of sums.products) for (let f = 0; f < centre.length; f++) centre[f]! -= own[f]! / total;
  // Sums of the differences between the targets (1 and -1) and the prior's scores: plain, and multiplied by the centred
  // features.
  const left = weights.map((weight, k) => weight - total - missed.residuals[k]!);
  const wanted = sums.products.map((own, k) =>
    own.map((sum, f) => -missed.products[k]![f]! - sum - (total + left[k]!) * centre[f]!),
  );
  return { centre, total, left, wanted };
}

/** The head's weights and intercept for each class. */
export function headProblemColumns(point: HeadPoint, classes: number): HeadColumn[] {
  const features = point.length / classes - 1;
  return Array.from({ length: classes }, (_, k) => ({
    weights: point.subarray(k * features, (k + 1) * features),
    intercept: point[classes * features + k]!,
  }));
}

/** Weights, with the intercept that makes the weighted mean of their scores 0. */
export function centredHeadProblemColumn(weights: Float64Array, { centre }: HeadProblem): HeadColumn {
  return { weights, intercept: -scoreInHeadProblem(weights, centre) };
}

/** The score that a class's weights assign to a row of features. */
function scoreInHeadProblem(weights: Float64Array, features: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < features.length; f++) sum += weights[f]! * features[f]!;
  return sum;
}
