// Measures gravity and the gyroscope's zero rate while the sensors rest. At rest, an accelerometer measures gravity, no matter
// who wears it or how, and a gyroscope measures nothing. Only turns about the vertical, such as those of a wearer who turns
// around slowly, do not show in the acceleration, so the gyroscope's rate is taken across gravity. The less the sensors move
// within a second, the more that second counts. Constant offsets do not affect these weights. Only +, -, *, / and square roots
// are used, because their results are the same in all browsers and in Node.js. N is the number of samples.

import { moments } from "../../stats/moments.ts";

/** Weighted sums over seconds; dividing by `seconds` gives the means. */
export interface RestSums {
  /** Sum of the weights; a second without movement has a weight of 1. */
  readonly seconds: number;
  /**
   * Sum of the magnitude of the acceleration, as a multiple of gravity, and, with a gyroscope, the sums of the three components
   * of the angular velocity perpendicular to gravity, in rad/s.
   */
  readonly sums: readonly number[];
}

/** Variances within a second, summed over the axes, at which a second has a quarter of its weight: in g^2 and in (rad/s)^2. */
const [movingAcceleration, movingRates] = [0.01, 0.05];

/**
 * Sums over the seconds of a stretch. The sums of several stretches or batches can be added.
 * @param axes three columns [N] of an accelerometer with gravity, followed by three of a gyroscope if there is one
 * @param from first row of the stretch; `to` is the row after its last
 * @param units of each axis: gravity or 1 rad/s in the unit of the values
 */
export function restSums(
  axes: readonly Float32Array[],
  { from, to }: { readonly from: number; readonly to: number },
  samplingRateHz: number,
  units: readonly number[],
): RestSums {
  const size = Math.max(2, Math.round(samplingRateHz));
  const sums = axes.slice(2).map(() => 0);
  let seconds = 0;
  for (let at = from; at + size <= to; at += size) {
    let moving = 1;
    const means = axes.map((axis, k) => {
      const { mean, std } = moments(axis.subarray(at, at + size));
      const spread = std / units[k]!;
      moving += (spread * spread) / (k < 3 ? movingAcceleration : movingRates);
      return mean / units[k]!;
    });
    const [x, y, z, ...rates] = means as [number, number, number, ...number[]];
    const square = x * x + y * y + z * z;
    const along = rates.reduce((sum, rate, k) => sum + rate * means[k]!, 0) / (square || 1);
    const weight = 1 / (moving * moving);
    seconds += weight;
    const figures = [Math.sqrt(square), ...rates.map((rate, k) => rate - along * means[k]!)];
    for (const [k, value] of figures.entries()) sums[k]! += weight * value;
  }
  return { seconds, sums };
}

export function addRestSums(a: RestSums, b: RestSums): RestSums {
  return { seconds: a.seconds + b.seconds, sums: a.sums.map((sum, k) => sum + b.sums[k]!) };
}
