// Finds a change of how far gravity turns when the gyroscope says that the sensor turned. The ratio is about 1 for everybody and
// every activity (turning-scale.ts), so no predicted classes are needed. It changes if the gyroscope's gain changes, if one of
// its axes is flipped, if the samples come at another rate than their times say, or if samples are lost and the times
// renumbered. Which of them it was does not follow from the ratio.

import { type Sensor, turningSensors } from "../../signals/sensors/sensor.ts";
import type { TurningSums } from "../summaries/turning-scale.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/** Number of batches, including the current one, that are judged together. */
const together = 6;
/** Most and fewest of the stream's first batches from which the usual ratio is computed. */
const [longestPast, shortestPast] = [10, 5];
/** Minimum number of batches before the current one that are judged with it. */
const fewestBefore = 2;
/**
 * Variance of a ratio whose sums weigh 1, before any batch is seen, and the number of batches that this counts for. Both were
 * chosen on half 1 of WISDM and MotionSense, as was the next limit.
 */
const [usualVariance, usualWeight] = [0.1, 10];
/** Difference of the ratios above which they have changed, in standard deviations. */
const mostDeviations = 4;
/** Smaller differences are not reported, however certain they are; an arbitrary choice. */
const leastDifference = 0.05;

/** The stream's first and last batches, which are needed to judge the next one. */
export function keptTurnings(turnings: readonly TurningSums[]): readonly TurningSums[] {
  return [...turnings.slice(0, longestPast), ...turnings.slice(longestPast).slice(1 - together)];
}

/**
 * The gyroscope, if the ratio of the last batches differs from that of the stream's first ones, and this batch shows it too.
 * @param past sums of the stream's first and last healthy batches, oldest first
 */
export function changedTurning(
  current: TurningSums | undefined,
  past: readonly TurningSums[],
  sensors: readonly Sensor[],
): ImpossibleSensor[] {
  const turning = turningSensors(sensors);
  const last = past.slice(shortestPast).slice(1 - together);
  const first = past.slice(0, Math.min(longestPast, past.length - last.length));
  if (turning === null || current === undefined || !(current.said > 0) || last.length < fewestBefore) return [];
  const recent = [...last, current];
  const [before, now] = [ratioOf(first), ratioOf(recent)];
  const difference = now.ratio - before.ratio;
  const isCurrent = Math.abs(difference) < 2 * Math.sign(difference) * (ratioOf([current]).ratio - before.ratio);
  const squares = before.squares + now.squares + usualWeight * usualVariance;
  const variance = squares / (first.length - 1 + recent.length - 1 + usualWeight);
  const deviations = Math.abs(difference) / Math.sqrt(variance * (1 / before.said + 1 / now.said));
  if (!(isCurrent && Math.abs(difference) > leastDifference && deviations > mostDeviations)) return [];
  const { gyroscope } = turning;
  const times = (ratio: number): string => ratio.toFixed(2);
  return [
    {
      sensor: gyroscope,
      message:
        `${gyroscope.name}: gravity turns ${times(now.ratio)} times as far as the gyroscope measures, ${times(before.ratio)} ` +
        "times before; its gain, the sign of an axis or the sampling rate has changed, or samples were lost",
      excess: deviations / mostDeviations,
      cause: null,
    },
  ];
}

/** The ratio of several batches, and how much their own ratios vary about it, as a sum of squares with the weights `said`. */
function ratioOf(batches: readonly TurningSums[]): { ratio: number; said: number; squares: number } {
  const said = batches.reduce((sum, own) => sum + own.said, 0);
  const ratio = batches.reduce((sum, own) => sum + own.shared, 0) / said;
  const squares = batches.reduce((sum, own) => sum + own.said * (own.shared / own.said - ratio) ** 2, 0);
  return { ratio, said, squares };
}
