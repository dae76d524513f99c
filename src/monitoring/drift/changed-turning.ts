// Finds a change of how far gravity turns when the gyroscope says that the sensor turned. The ratio is about 1 for everybody and
// every activity (turning-scale.ts), so no predicted classes are needed. It changes if the gyroscope's gain changes, if one of
// its axes is flipped, if the samples come at another rate than their times say, or if samples are lost and the times
// renumbered. Which of them it was does not follow from the ratio. All constants were chosen on the tuning half of WISDM,
// MotionSense and BFRB, except for those called arbitrary.

import { type Sensor, turningSensors } from "../../signals/sensors/sensor.ts";
import type { TurningSums } from "../summaries/turning-scale.ts";

/** Number of batches, including the current one, that are judged together. */
const together = 6;
/** Most and fewest of the stream's first batches from which the usual ratio is computed. */
const [longestPast, shortestPast] = [10, 5];
/** Minimum number of batches before the current one that are judged with it; arbitrary. */
const fewestBefore = 2;
/** Batches whose gyroscope says less than this are passed over, because slight movements bias the ratio. */
const leastSaid = 3;
/** Before any batch is seen, the usual ratio is taken to be 1, with the weight of a batch that says this much. */
const knownSaid = 10;
/** Variance of a ratio whose sums weigh 1, before any batch is seen, and the number of batches that this counts for. */
const [usualVariance, usualWeight] = [0.1, 30];
/** Standard deviation by which the ratio differs between activities and days, however many batches are seen. */
const betweenDays = 0.02;
/** Difference of the ratios above which they have changed, in standard deviations. */
const mostDeviations = 3.5;
/** Smaller differences are not reported, however certain they are; arbitrary. */
const leastDifference = 0.05;

/** Returns the sums of the stream's first and last batches that are needed to judge the next one, oldest first. */
export function addTurning(past: readonly TurningSums[], current: TurningSums): readonly TurningSums[] {
  if (current.said < leastSaid) return past;
  const all = [...past, current];
  return [...all.slice(0, longestPast), ...all.slice(longestPast).slice(1 - together)];
}

/**
 * Returns a warning if the ratio of the last batches differs from that of the stream's first ones, and this batch shows it too.
 * @param past sums of the stream's first and last healthy batches, as `addTurning` keeps them
 */
export function changedTurning(
  current: TurningSums | undefined,
  past: readonly TurningSums[],
  sensors: readonly Sensor[],
): string | null {
  const turning = turningSensors(sensors);
  if (turning === null || current === undefined || current.said < leastSaid) return null;
  const last = past.slice(shortestPast).slice(1 - together);
  if (last.length < fewestBefore) return null;
  const first = past.slice(0, Math.min(longestPast, past.length - last.length));
  const recent = [...last, current];
  const [before, now] = [ratioOf(first), ratioOf(recent)];
  const said = before.said + knownSaid;
  const usual = (before.ratio * before.said + knownSaid) / said;
  const difference = now.ratio - usual;
  const isCurrent = Math.abs(difference) < 2 * Math.sign(difference) * (current.shared / current.said - usual);
  const squares = before.squares + now.squares + usualWeight * usualVariance;
  const variance = squares / (first.length - 1 + recent.length - 1 + usualWeight);
  const deviations = Math.abs(difference) / Math.sqrt(variance * (1 / said + 1 / now.said) + betweenDays ** 2);
  if (!(isCurrent && Math.abs(difference) > leastDifference && deviations > mostDeviations)) return null;
  return (
    `${turning.gyroscope.name}: gravity now turns ${now.ratio.toFixed(2)} times as far as the gyroscope measures, and turned ` +
    `${before.ratio.toFixed(2)} times as far in the stream's first batches. The gyroscope's gain, the sign of one of its axes ` +
    "or the sampling rate may have changed, or samples may be lost. This raises no alarm."
  );
}

/** The ratio of several batches, and how much their own ratios vary about it, as a sum of squares with the weights `said`. */
function ratioOf(batches: readonly TurningSums[]): { ratio: number; said: number; squares: number } {
  const said = batches.reduce((sum, own) => sum + own.said, 0);
  const ratio = batches.reduce((sum, own) => sum + own.shared, 0) / said;
  const squares = batches.reduce((sum, own) => sum + own.said * (own.shared / own.said - ratio) ** 2, 0);
  return { ratio, said, squares };
}
