// Chooses the default sampling rate of a network: the rate with the most recorded time, but at most 50 Hz. Nearly all the power
// of human movement lies below 20 Hz (Antonsson and Mann 1985: 99 % for gait below 15 Hz), so a higher rate only costs time; a
// rate above that of the recordings would only add interpolated samples.

import type { QualityReport } from "./quality-report.ts";

/** Highest default rate, in Hz. */
export const highestSharedRateHz = 50;

/** Common recorder rates in Hz; any other rate is rounded. */
const nominalRates = [
  1, 2, 4, 5, 6.25, 8, 10, 12.5, 13, 15, 16, 20, 25, 25.6, 26, 30, 31.25, 32, 33.3, 40, 50, 51.2, 52, 60, 62.5, 64,
  66.7, 75, 80, 100, 102.4, 104, 120, 125, 128, 148, 150, 200, 208, 250, 256, 400, 416, 500, 512, 800, 833, 1000,
];
/**
 * Maximum relative difference for a measured rate to count as a nominal rate; crystal errors are smaller, and those of clocks
 * that count milliseconds are hardly larger.
 */
const nominalTolerance = 0.01;
/** If the mean rate differs from the rate of the median step by more than this fraction, the recording has lost samples. */
const mostLost = 0.05;

/** @returns the rate in Hz; 50 if every recording has fewer than two rows */
export function sharedRate({ per_recording }: Pick<QualityReport, "per_recording">): number {
  const seconds = new Map<number, number>();
  for (const own of per_recording) {
    if (own.rate_hz === null) continue;
    const rate = nominalSharedRate(measuredSharedRate(own.rate_hz, own.rows / own.seconds));
    seconds.set(rate, (seconds.get(rate) ?? 0) + own.seconds);
  }
  const [most] = [...seconds].sort(([rateA, a], [rateB, b]) => b - a || rateA - rateB);
  return Math.min(highestSharedRateHz, most?.[0] ?? highestSharedRateHz);
}

/**
 * Returns the mean rate, or the rate of the median step if the two differ too much. The mean rate is exact even if the steps
 * are rounded, but drops with every lost sample.
 */
function measuredSharedRate(byMedianStep: number, mean: number): number {
  return Math.abs(mean / byMedianStep - 1) <= mostLost ? mean : byMedianStep;
}

function nominalSharedRate(rateHz: number): number {
  const nearest = nominalRates.reduce((a, b) => (Math.abs(b - rateHz) < Math.abs(a - rateHz) ? b : a));
  return Math.abs(nearest / rateHz - 1) <= nominalTolerance ? nearest : Number(rateHz.toPrecision(3));
}
