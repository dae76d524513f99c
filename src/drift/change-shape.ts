// Did it jump or did it walk? A detector that alarms late sees a walk and a jump alike: far from the reference. The series
// of distances tells them apart. Two curves of three parameters are fitted by least squares at every possible start: a
// level and another one after it (a step), and a level and a straight line out of it (a ramp; Hinkley 1971). The better one
// names the change, and its start is the estimated change point.

export interface ChangeShape {
  readonly kind: "step" | "ramp";
  /** Index of the first value after the change began. */
  readonly start: number;
  /** A step's height, or a ramp's slope a batch, in the series' unit. */
  readonly size: number;
  /** Residual sum of squares of the worse curve over that of the better one: 1 says that nothing is decided; at most 1e6. */
  readonly ratio: number;
}

interface Fit {
  readonly start: number;
  readonly size: number;
  readonly residual: number;
}

/** Fewer values on either side of a start make no level. */
const leastSide = 2;
/** Beyond this the worse curve is out of the question, and a perfect fit would divide by 0. */
const largestRatio = 1e6;

/**
 * @param series one number a batch, oldest first: a signed shift, or a distance from a reference that does not move
 * @throws RangeError on fewer than 5 values, or one that is not finite
 */
export function changeShape(series: readonly number[]): ChangeShape {
  if (!(series.length >= 5 && series.every(Number.isFinite))) {
    throw new RangeError(`change shape: expected at least 5 finite values, got ${series.join(", ")}`);
  }
  const step = best(series, (i, start) => (i < start ? 0 : 1));
  const ramp = best(series, (i, start) => Math.max(0, i - start + 1));
  const kind = step.residual <= ramp.residual ? "step" : "ramp";
  const [better, worse] = kind === "step" ? [step, ramp] : [ramp, step];
  const ratio = worse.residual === better.residual ? 1 : Math.min(largestRatio, worse.residual / better.residual);
  return { kind, start: better.start, size: better.size, ratio };
}

/** The start for which level + size * basis leaves the least; the earliest of equals. */
function best(series: readonly number[], basis: (i: number, start: number) => number): Fit {
  let found: Fit = { start: 0, size: 0, residual: Number.POSITIVE_INFINITY };
  for (let start = leastSide; start <= series.length - leastSide; start++) {
    const fit = regress(series, (i) => basis(i, start));
    if (fit.residual < found.residual) found = { start, ...fit };
  }
  return found;
}

/** Simple linear regression of the series on a basis. */
function regress(series: readonly number[], basis: (i: number) => number): { size: number; residual: number } {
  const n = series.length;
  const x = series.map((_, i) => basis(i));
  const meanX = x.reduce((sum, value) => sum + value, 0) / n;
  const meanY = series.reduce((sum, value) => sum + value, 0) / n;
  const xx = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const xy = x.reduce((sum, value, i) => sum + (value - meanX) * (series[i]! - meanY), 0);
  const size = xy / xx;
  const residual = series.reduce((sum, value, i) => sum + (value - meanY - size * (x[i]! - meanX)) ** 2, 0);
  return { size, residual };
}
