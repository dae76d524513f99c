// Distinguishes sudden from gradual change. When an alarm is raised late, the last batches are far from the reference, whether
// the change was sudden or gradual; only the series of distances tells the two apart. For every possible start, two
// three-parameter curves are fitted by least squares: a level followed by another level (a step), and a level followed by a
// straight line (a ramp; Hinkley 1971). The better fit determines the kind of change, and the start of that fit is the
// estimated change point. Each value is weighted by its precision.

export interface ChangeShape {
  readonly kind: "step" | "ramp";
  /** Index of the first value after the change starts. */
  readonly start: number;
  /** Height of a step, or slope of a ramp per batch, in the unit of the series. */
  readonly size: number;
  /**
   * Residual sum of squares of the worse curve, divided by that of the better curve. 1 means undecided; the maximum is 1e6.
   */
  readonly ratio: number;
  /** Share of the series' variance explained by the better curve. */
  readonly explained: number;
}

interface Fit {
  readonly start: number;
  readonly size: number;
  readonly residual: number;
}

/** Minimum number of values on each side of a start, so that both sides define a level. */
const leastSide = 2;
/** Cap on the ratio of the residuals, which would be infinite if the better fit were perfect. */
const largestRatio = 1e6;

/**
 * @param series one number per batch, oldest first: a signed shift, or a distance from a fixed reference
 * @param weights weights of the batches, proportional to the inverse variances of their values; 0 if a batch has no value
 *   (default: all equal)
 * @throws RangeError if there are fewer than 5 values, a value is not finite, or the weights do not match the values
 */
export function changeShape(series: readonly number[], weights: readonly number[] = series.map(() => 1)): ChangeShape {
  if (!(series.length >= 5 && series.every(Number.isFinite))) {
    throw new RangeError(`change shape: expected at least 5 finite values, got ${series.join(", ")}`);
  }
  if (!(weights.length === series.length && weights.every((weight) => weight >= 0 && Number.isFinite(weight)))) {
    throw new RangeError(`change shape: expected ${series.length} weights of at least 0, got ${weights.join(", ")}`);
  }
  const known = shapeSeries(series, weights);
  const step = bestShapeFit(known, (i, start) => (i < start ? 0 : 1));
  const ramp = bestShapeFit(known, (i, start) => Math.max(0, i - start + 1));
  const kind = step.residual <= ramp.residual ? "step" : "ramp";
  const [better, worse] = kind === "step" ? [step, ramp] : [ramp, step];
  const ratio = worse.residual === better.residual ? 1 : Math.min(largestRatio, worse.residual / better.residual);
  const { whole } = known;
  const explained = whole === 0 ? 0 : 1 - better.residual / whole;
  return { kind, start: better.start, size: better.size, ratio, explained };
}

/** Finds the start for which level + size * basis has the smallest residual; the earliest one if several are equally good. */
function bestShapeFit({ weights, n, deviations }: ShapeSeries, basis: (i: number, start: number) => number): Fit {
  const { length } = weights;
  const x = new Float64Array(length);
  let found: Fit = { start: 0, size: 0, residual: Number.POSITIVE_INFINITY };
  for (let start = leastSide; start <= length - leastSide; start++) {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      x[i] = basis(i, start);
      sum += weights[i]! * x[i]!;
    }
    const mean = sum / n;
    let [xx, xy] = [0, 0];
    for (let i = 0; i < length; i++) {
      const dx = x[i]! - mean;
      xx += weights[i]! * dx ** 2;
      xy += weights[i]! * (dx * deviations[i]!);
    }
    // A constant basis cannot explain any variance.
    const size = xx === 0 ? 0 : xy / xx;
    let residual = 0;
    for (let i = 0; i < length; i++) residual += weights[i]! * (deviations[i]! - size * (x[i]! - mean)) ** 2;
    if (residual < found.residual) found = { start, size, residual };
  }
  return found;
}

/** Values shared by all fits to a series. */
interface ShapeSeries {
  readonly weights: readonly number[];
  /** Sum of the weights; 1 if all are 0. */
  readonly n: number;
  /** Differences from the weighted mean. */
  readonly deviations: Float64Array;
  /** Weighted sum of the squared deviations. */
  readonly whole: number;
}

function shapeSeries(series: readonly number[], weights: readonly number[]): ShapeSeries {
  let [total, sum] = [0, 0];
  for (let i = 0; i < series.length; i++) {
    total += weights[i]!;
    sum += weights[i]! * series[i]!;
  }
  const n = total || 1;
  const deviations = Float64Array.from(series, (value) => value - sum / n);
  let whole = 0;
  for (let i = 0; i < series.length; i++) whole += weights[i]! * deviations[i]! ** 2;
  return { weights, n, deviations, whole };
}
