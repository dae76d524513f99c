// How good the estimates of the time left are: each is compared with the time that was really left when it was printed.

/** An estimate, and when it was made; both in seconds, the latter since the run began. */
export interface TimedEstimate {
  readonly at: number;
  readonly secondsLeft: number;
}

export interface EstimateAccuracy {
  /** Number of estimates from a tenth of the way on. */
  readonly estimates: number;
  /** Share of the time, from a tenth of the way on, during which the latest estimate was right to within a quarter. */
  readonly withinQuarter: number;
  /** Mean of the absolute errors, in parts of the time left, weighted by time. */
  readonly meanError: number;
}

const from = 0.1;
const tolerance = 0.25;
/** Less than this left counts as this much, so that the last second does not have to be predicted to a quarter. */
const leastSeconds = 5;
const moments = 1000;

/**
 * An estimate holds until the next one, counting down. Before the first one, the error counts as a whole.
 * @param took seconds of the whole run
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
