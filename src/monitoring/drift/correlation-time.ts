import { autocorrelationTime } from "../../stats/autocorrelation-time.ts";

/** Blocks a second: faster movement than half of it is averaged away, which makes the time longer, on the safe side. */
const blocksPerSecond = 5;
const mostBlocks = 6000;
/** A series is to be this many times as long as its correlation lasts, or its time is a guess. */
const leastTimes = 10;

/** So many of the first samples of a person are looked at. */
export function correlationSamples(samplingRateHz: number): number {
  return mostBlocks * blockSize(samplingRateHz);
}

function blockSize(samplingRateHz: number): number {
  return Math.max(1, Math.round(samplingRateHz / blocksPerSecond));
}

/**
 * In how many seconds a person's signal gives one independent value: the integrated autocorrelation time of the samples in
 * the order they were taken, activities and all; the median over people.
 * @param people one channel's samples a person
 * @returns null where no series is long enough to say
 */
export function correlationSeconds(people: readonly Float32Array[], samplingRateHz: number): number | null {
  const size = blockSize(samplingRateHz);
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
