// Compares the rotation of the direction of gravity with the rotation that the gyroscope measures. In the frame of a sensor
// that turns at the rate w, gravity v changes by dv = -w x v dt. Body accelerations disturb v, so the magnitudes agree only
// roughly: in batches of a minute, their ratio was .2 to 20 for all the people in MotionSense, WISDM and BFRB that the limits
// were chosen on, and at most 3.3 without the furthest turns (`mostly`). But a gyroscope in deg/s instead of rad/s is off by a
// factor of 57. The signs of the axes do not affect the ratio. Dimensions: N samples.

import type { Sensor } from "../../signals/sensors/sensor.ts";
import { adjacentWindowSums } from "../../stats/window-sums.ts";
import type { Columns } from "../summaries/summarize.ts";

/** Half the time over which a direction is averaged, which is also the time between two directions; arbitrary. */
const halfSeconds = 0.25;
/** Root mean square turn from one direction to the next below which the sensor was still, in radians; arbitrary. */
const leastTurn = 0.02;
/** Minimum number of turns in a batch; arbitrary. */
const fewestTurns = 10;

/** Share of the turns, those in which gravity turned furthest, that `mostly` leaves out; arbitrary. */
const leftOut = 0.25;

/** Root mean square turn of gravity, divided by that measured by the gyroscope. */
export interface TurningRatios {
  readonly all: number;
  /**
   * The ratio without the turns in which gravity turned furthest. Where two recordings were joined, the direction of gravity
   * jumps, but the sensor did not turn. Undefined if the sensor hardly turned in the remaining time.
   */
  readonly mostly: number | undefined;
}

/**
 * @param columns [N] samples in time order; for a gyroscope in another unit than rad/s, the ratios are off by the factor
 * between the units
 * @returns undefined if the sensor hardly turned, or if the batch is too short
 */
export function turningRatio(
  columns: Columns,
  { accelerometer, gyroscope }: { readonly accelerometer: Sensor; readonly gyroscope: Sensor },
  samplingRateHz: number,
): TurningRatios | undefined {
  const half = Math.max(1, Math.round(halfSeconds * samplingRateHz));
  const step = 2 * half;
  const averaged = accelerometer.channels.map((name) => adjacentWindowSums(columns[name]!, step));
  const rates = gyroscope.channels.map((name) => adjacentWindowSums(columns[name]!, step, half));
  const rows = columns[accelerometer.channels[0]]!.length;
  const direction = (k: number): [number, number, number] => {
    const [x, y, z] = averaged.map((sums) => sums[k]!) as [number, number, number];
    const length = Math.hypot(x, y, z);
    return length === 0 ? [0, 0, 0] : [x / length, y / length, z / length];
  };
  const turns: Turn[] = [];
  for (let k = 0; (k + 2) * step <= rows; k++) {
    const [before, after] = [direction(k), direction(k + 1)];
    const [x, y, z] = before.map((value, axis) => (value + after[axis]!) / 2) as [number, number, number];
    const [a, b, c] = rates.map((sums) => sums[k]! / samplingRateHz) as [number, number, number];
    turns.push({
      said: (b * z - c * y) ** 2 + (c * x - a * z) ** 2 + (a * y - b * x) ** 2,
      seen: before.reduce((sum, value, axis) => sum + (after[axis]! - value) ** 2, 0),
    });
  }
  const all = ratioOfTurns(turns);
  if (turns.length < fewestTurns || all === undefined) return undefined;
  const smallest = turns.toSorted((a, b) => a.seen - b.seen).slice(0, Math.ceil(turns.length * (1 - leftOut)));
  return { all, mostly: ratioOfTurns(smallest) };
}

/** Squares of the turn of gravity and of the turn measured by the gyroscope. */
interface Turn {
  readonly seen: number;
  readonly said: number;
}

function ratioOfTurns(turns: readonly Turn[]): number | undefined {
  const [seen, said] = turns.reduce(([a, b], own) => [a + own.seen, b + own.said], [0, 0]);
  return said > 0 && Math.sqrt(seen / turns.length) >= leastTurn ? Math.sqrt(seen / said) : undefined;
}
