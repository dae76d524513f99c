// All limits of the quality gate, for every command. No genuine recording should violate any of them. Unless its comment says
// otherwise, each limit is an arbitrary and deliberately generous default.

/**
 * Relative tolerance of every limit, so that a recording exactly on a limit is not rejected because of rounding errors. Times
 * since 1970 in float64 have a resolution of 2e-7 s, which is 1e-4 of the sampling period at 500 Hz.
 */
const limitTolerance = 1e-4;

/** Whether a value exceeds a limit by more than rounding errors; false for NaN. */
export function exceedsGateLimit(value: number, limit: number): boolean {
  return value > limit + Math.abs(limit) * limitTolerance;
}

/** Whether a value falls below a limit by more than rounding errors; false for NaN. */
export function fallsBelowGateLimit(value: number, limit: number): boolean {
  return value < limit - Math.abs(limit) * limitTolerance;
}

/** Formats a value for a message, with enough digits to distinguish it from the limit that it violates. */
export function formatBesideGateLimit(value: number, limit: number): string {
  for (let digits = 4; digits < 12; digits++) {
    if (Number(value.toPrecision(digits)) !== Number(limit.toPrecision(digits)))
      return `${Number(value.toPrecision(digits))}`;
  }
  return `${value}`;
}

/** Maximum share of a column's cells that may be empty, NaN or infinite. */
export const missingShareLimit = 0.01;

/**
 * If there is no model, a value is absurd if its distance from the median exceeds the distance within which 99 % of the values
 * lie by more than this factor. In MotionSense, WISDM, UCI HAR and BFRB, the most extreme value lies at most 25 times as far
 * from the median as 99 % of the values.
 */
export const absurdDistance = 200;
/** A recurring value that lies this many times as far from the median as the next value is a marker, not a measurement. */
export const markDistance = 20;
/** Minimum number of occurrences of a marker. */
export const leastMarks = 3;
/**
 * If there is a model, a value is absurd if its magnitude exceeds the largest magnitude in the training data by more than this
 * factor. Common units differ by a factor of at most 1,000 (g and milli-g), and a movement may be twice as strong as any in
 * training.
 */
export const absurdFactor = 2000;

/** Maximum share of the time that a channel may be constant. */
export const flatShareLimit = 0.5;
/** Maximum share of the time that may be without samples, not counting pauses. */
export const lostShareLimit = 0.2;
/** Maximum length of a step in which samples were lost, in seconds; a longer step means that the sensor was not worn. */
export const pauseSeconds = 60;
/** Maximum share of a recording's rows that may repeat the previous row's time. */
export const repeatedTimeShareLimit = 0.1;
/** Maximum share of a recording's rows that repeat a time with different values; above it, `train` warns; arbitrary. */
export const notedRepeatedTimeShare = 0.01;
/** Minimum number of repeated times for a clock to count as faulty. */
export const leastRepeatedTimes = 20;

/**
 * Allowed range of a recording's median rate, as a fraction of the model's rate. Below the lower limit, the recording captures
 * too little of the movement. Above the upper limit, the clock is probably wrong.
 */
export const rateShareLimits = { lower: 0.25, upper: 50 } as const;
/** Relative difference from the model's rate above which resampling a batch triggers a warning. */
export const unsaidRateDifference = 0.05;
/** Ratio between the rates of recordings read together above which a warning is issued. */
export const unsaidRateRatio = 1.25;
/**
 * Maximum number of interpolated samples per recorded sample. If more samples were interpolated, the clock was probably
 * misread.
 */
export const mostUpsampling = 100;
/** Minimum time in a batch that windows can cover. */
export const minimalBatchSeconds = 15;
