// All limits of the quality gate, for every command. No genuine recording is expected to violate them. Every limit is
// an arbitrary and deliberately generous default, except where the comment says otherwise.

/**
 * Relative tolerance of every limit, so that rounding does not decide about a recording that lies exactly on it. Times since
 * 1970 in float64 have steps of 2e-7 s, which is 1e-4 of a step at 500 Hz.
 */
const limitTolerance = 1e-4;

/** Whether a value is above a limit by more than rounding errors; false for NaN. */
export function exceedsGateLimit(value: number, limit: number): boolean {
  return value > limit + Math.abs(limit) * limitTolerance;
}

/** Whether a value is below a limit by more than rounding errors; false for NaN. */
export function fallsBelowGateLimit(value: number, limit: number): boolean {
  return value < limit - Math.abs(limit) * limitTolerance;
}

/** A value for a message, with enough digits to differ from the limit that it violates. */
export function formatBesideGateLimit(value: number, limit: number): string {
  for (let digits = 4; digits < 12; digits++) {
    if (Number(value.toPrecision(digits)) !== Number(limit.toPrecision(digits)))
      return `${Number(value.toPrecision(digits))}`;
  }
  return `${value}`;
}

/** A column with more than this share of empty, NaN or infinite cells is rejected. */
export const missingShareLimit = 0.01;

/**
 * Without a model: a value is absurd if its distance from the median is more than this many times the distance within which
 * 99 % of the values lie. In MotionSense, WISDM, UCI HAR and BFRB, the most extreme value is at most 25 times as far.
 */
export const absurdDistance = 200;
/** A recurring value that lies this many times as far from the median as the next value is a marker, not a measurement. */
export const markDistance = 20;
/** Minimum number of occurrences of a marker. */
export const leastMarks = 3;
/**
 * With a model: a value is absurd if its magnitude is more than this many times the largest magnitude in the training data.
 * Usual units differ by a factor of at most 1,000 (g and milli-g), and movement may be twice as strong.
 */
export const absurdFactor = 2000;

/** Maximum share of the time for which a channel may be constant. */
export const flatShareLimit = 0.5;
/** Maximum share of the time that may be without samples, not counting pauses. */
export const lostShareLimit = 0.2;
/** A step longer than this means that the sensor was not worn, not that data was lost. */
export const pauseSeconds = 60;
/** Maximum share of a recording's rows that may repeat the time of the row before. */
export const repeatedTimeShareLimit = 0.1;
/** Fewer repeated times than this say nothing about a clock. */
export const leastRepeatedTimes = 20;

/**
 * Allowed range of a recording's median rate, as a share of the model's rate. Below it, the recording captures too little of
 * the movement. Above it, the clock is probably wrong.
 */
export const rateShareLimits = { lower: 0.25, upper: 50 } as const;
/** If the rate differs by more than this share, the batch is resampled with a warning. */
export const unsaidRateDifference = 0.05;
/** If the rates of recordings that are read together differ by more than this factor, a warning says so. */
export const unsaidRateRatio = 1.25;
/**
 * Maximum number of interpolated samples per recorded sample. Above it, the clock was probably misread.
 */
export const mostUpsampling = 100;
/** Minimum length of a batch. */
export const minimalBatchSeconds = 15;
