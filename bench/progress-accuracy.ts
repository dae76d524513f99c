// Measures the accuracy of estimates of the time left: each estimate is compared with the time that was actually left when it
// was printed.

/** An estimate of the seconds left, and the time at which it was made, in seconds since the run began. */
export interface TimedEstimate {
  readonly at: number;
  readonly secondsLeft: number;
}

export interface EstimateAccuracy {
  /** Number of estimates made after the first tenth of the run. */
  readonly estimates: number;
  /**
   * Share of the run, not counting its first tenth, during which the latest estimate was correct to within a quarter.
   */
  readonly withinQuarter: number;
  /** Mean of the absolute errors relative to the time left, weighted by time. */
  readonly meanError: number;
}

const from = 0.1;
const tolerance = 0.25;
/**
 * Minimum time left, in seconds, to which errors are relative, so that the last second does not have to be predicted to within
 * a quarter.
 */
const leastSeconds = 5;
const moments = 1000;

/**
 * An estimate counts down until the next estimate replaces it. Before the first estimate, the error counts as 100 %.
 * @param took duration of the whole run in seconds
 */
export function estimateAccuracy(estimates: readonly TimedEstimate[], took: number): EstimateAccuracy {
  const begin = from * took;
  let [right, errors] = [0, 0];
  for (let moment = 0; moment < moments; moment++) {
    const now = begin + ((took - begin) * (moment + 0.5)) / moments;
    const latest = estimates.findLast(({ at }) => at <= now);
    const left = took - now;
    const error =
      latest === undefined
        ? 1
        : Math.abs(Math.max(0, latest.secondsLeft - (now - latest.at)) - left) / Math.max(left, leastSeconds);
    if (error <= tolerance) right++;
    errors += error;
  }
  return {
    estimates: estimates.filter(({ at }) => at >= begin).length,
    withinQuarter: right / moments,
    meanError: errors / moments,
  };
}
