// How evenly a recording was sampled, and where it stops: median step, jitter, gaps.

/** A step longer than this many median steps, and than `minimalGapSeconds`, is a gap: a window may not cross it. */
export const gapPeriods = 3;
/** Shorter pauses are bridged by interpolation, whatever the rate. */
export const minimalGapSeconds = 0.1;

export interface Sampling {
  /** Median step in seconds; NaN for a single row. */
  readonly periodSeconds: number;
  /** Root mean square deviation from the median step of the steps that are no gaps, as a share of the median step. */
  readonly jitter: number;
  /** Rows before which a gap lies. */
  readonly gapRows: readonly number[];
  readonly gapSeconds: number;
  readonly longestGapSeconds: number;
}

/** @param time increasing seconds; rows `start` to `end` (excluded) are one recording */
export function describeSampling(time: Float64Array, start: number, end: number): Sampling {
  const none = { jitter: 0, gapRows: [], gapSeconds: 0, longestGapSeconds: 0 };
  if (end - start < 2) return { periodSeconds: Number.NaN, ...none };
  const steps = new Float64Array(end - start - 1);
  for (let i = 0; i < steps.length; i++) steps[i] = time[start + i + 1]! - time[start + i]!;
  const periodSeconds = medianOf(steps.slice());
  // Clocks that count in milliseconds make 3 periods 3.0000001: a hair's breadth is no gap.
  const threshold = Math.max(gapPeriods * periodSeconds, minimalGapSeconds) * (1 + 1e-6);
  const gapRows: number[] = [];
  let gapSeconds = 0;
  let longestGapSeconds = 0;
  let squares = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (step > threshold) {
      gapRows.push(start + i + 1);
      gapSeconds += step;
      longestGapSeconds = Math.max(longestGapSeconds, step);
    } else {
      squares += (step - periodSeconds) ** 2;
    }
  }
  const counted = steps.length - gapRows.length;
  const jitter = counted > 0 ? Math.sqrt(squares / counted) / periodSeconds : 0;
  return { periodSeconds, jitter, gapRows, gapSeconds, longestGapSeconds };
}

/** The median; sorts its argument. */
export function medianOf(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
