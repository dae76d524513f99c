import { autocorrelationTime } from "../../stats/autocorrelation-time.ts";

/**
 * Blocks per second. Averaging over blocks removes movements faster than half this rate, so the estimate comes out longer,
 * which is conservative.
 */
const blocksPerSecond = 5;
const mostBlocks = 6000;
/** Minimum length of a series, as a multiple of its correlation time, for the estimate to be reliable. */
const leastTimes = 10;

/** Maximum number of samples used per person, taken from the beginning. */
export function correlationSamples(samplingRateHz: number): number {
  return mostBlocks * correlationBlockSize(samplingRateHz);
}

function correlationBlockSize(samplingRateHz: number): number {
  return Math.max(1, Math.round(samplingRateHz / blocksPerSecond));
}

/**
 * Returns the seconds per independent value of a person's signal: the integrated autocorrelation time of the samples in
 * recorded order, across activities; median over people.
 * @param people one channel's samples per person
 * @returns null if no series is long enough
 */
export function correlationSeconds(people: readonly Float32Array[], samplingRateHz: number): number | null {
  const size = correlationBlockSize(samplingRateHz);
  const times = people.flatMap((samples) => {
    const blocks = Math.min(mostBlocks, Math.floor(samples.length / size));
    if (blocks < leastTimes) return [];
    const means = Float64Array.from({ length: blocks }, (_, b) => {
      let sum = 0;
      for (let i = b * size; i < (b + 1) * size; i++) sum += samples[i]!;
      return sum / size;
    });
    const time = autocorrelationTime(means);
    return time * leastTimes <= blocks ? [(time * size) / samplingRateHz] : [];
  });
  times.sort((a, b) => a - b);
  return times[times.length >> 1] ?? null;
}
