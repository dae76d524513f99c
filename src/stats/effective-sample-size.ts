/**
 * How many independent values a series is worth for its mean: n / tau, tau being the integrated autocorrelation time
 * 1 + 2 sum rho(k). The sum stops at the first lag of at least 5 tau (the window of Sokal 1989), where noise takes over. A
 * series whose neighbours differ more than strangers counts as independent.
 * @returns in [1, n]; n where all values are equal
 */
export function effectiveSampleSize(values: ArrayLike<number>): number {
  const n = values.length;
  if (n === 0) throw new RangeError("effective sample size: expected at least one value, got none");
  return n / autocorrelationTime(values);
}

/** In samples; see {@link effectiveSampleSize}. */
export function autocorrelationTime(values: ArrayLike<number>, windowFactor = 5): number {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  const deviations = Float64Array.from(values, (value) => value - mean);
  const variance = covariance(deviations, 0);
  if (!(variance > 0)) return 1;
  let tau = 1;
  for (let lag = 1; lag < n; lag++) {
    tau += (2 * covariance(deviations, lag)) / variance;
    if (lag >= windowFactor * Math.max(1, tau)) break;
  }
  return Math.min(n, Math.max(1, tau));
}

function covariance(deviations: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < deviations.length; i++) sum += deviations[i]! * deviations[i - lag]!;
  return sum / deviations.length;
}
