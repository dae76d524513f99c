/** The sum stops at the first lag that is at least this many times the larger of the sum and 1 (Sokal 1989). */
const windowFactor = 5;

/**
 * The integrated autocorrelation time 1 + 2 sum rho(k) of a series: how many of its values are equivalent to one independent
 * value when estimating the mean. The sum stops at the first lag that is at least 5 times the larger of the sum and 1, because
 * noise dominates beyond it. Negative correlations that bring the sum below 1 are ignored: the values then count as
 * independent.
 * @param values at least one value
 * @returns a time in samples, in [1, n]; 1 if all values are equal
 */
export function autocorrelationTime(values: ArrayLike<number>): number {
  const n = values.length;
  if (n === 0) throw new RangeError("autocorrelation time: expected at least one value, got none");
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  const deviations = Float64Array.from(values, (value) => value - mean);
  const variance = autocovariance(deviations, 0);
  if (!(variance > 0)) return 1;
  let tau = 1;
  for (let lag = 1; lag < n; lag++) {
    tau += (2 * autocovariance(deviations, lag)) / variance;
    if (lag >= windowFactor * Math.max(1, tau)) break;
  }
  return Math.min(n, Math.max(1, tau));
}

function autocovariance(deviations: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < deviations.length; i++) sum += deviations[i]! * deviations[i - lag]!;
  return sum / deviations.length;
}
