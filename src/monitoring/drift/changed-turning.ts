// Detects a change in how far gravity turns relative to how far the gyroscope says the sensor turned. The ratio is about 1 for
// every person and activity (turning-scale.ts), so no predicted classes are needed. It changes if the gyroscope's gain changes,
// if one of its axes is flipped, if the samples arrive at a different rate than their times say, or if samples are lost and the
// times renumbered. The ratio does not reveal which of these happened. All constants were chosen on the tuning half of WISDM,
// MotionSense and BFRB, except those described as arbitrary.

import { type Sensor, turningSensors } from "../../signals/sensors/sensor.ts";
import type { TurningSums } from "../summaries/turning-scale.ts";

/** Number of batches, including the current one, that are judged together. */
const together = 6;
/** Maximum and minimum number of the stream's first batches to compute the usual ratio from. */
const [longestPast, shortestPast] = [10, 5];
/** Minimum number of earlier batches that are judged together with the current one; arbitrary. */
const fewestBefore = 2;
/** Batches whose gyroscope turned less than this are skipped, because slight movements bias the ratio. */
const leastSaid = 3;
/** The prior for the usual ratio is 1, with the weight of a batch whose gyroscope turned this much. */
const knownSaid = 10;
/** Prior variance of a ratio whose sums have weight 1, and the number of batches that this prior counts for. */
const [usualVariance, usualWeight] = [0.1, 30];
/** Standard deviation of the ratio between activities and days, which does not shrink with the number of batches. */
const betweenDays = 0.02;
/** Difference between the ratios that counts as a change, in standard deviations. */
const mostDeviations = 3.5;
/** Smaller differences are not reported, however certain they are; arbitrary. */
const leastDifference = 0.05;

/** Returns the sums of the stream's first and last batches needed to judge the next one, oldest first. */
export function addTurning(past: readonly TurningSums[], current: TurningSums): readonly TurningSums[] {
  if (current.said < leastSaid) return past;
  const all = [...past, current];
  return [...all.slice(0, longestPast), ...all.slice(longestPast).slice(1 - together)];
}

/**
 * Returns a warning if the ratio in the last batches differs from that in the stream's first batches and this batch shows the
 * difference too.
 * @param past sums over the stream's first and last healthy batches, as `addTurning` keeps them
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

/** The ratio of several batches, and how much the individual ratios vary around it, as a sum of squares weighted by `said`. */
function ratioOf(batches: readonly TurningSums[]): { ratio: number; said: number; squares: number } {
  const said = batches.reduce((sum, own) => sum + own.said, 0);
  const ratio = batches.reduce((sum, own) => sum + own.shared, 0) / said;
  const squares = batches.reduce((sum, own) => sum + own.said * (own.shared / own.said - ratio) ** 2, 0);
  return { ratio, said, squares };
}
