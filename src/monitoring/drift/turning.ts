// How far the direction of gravity turns, compared with how far the gyroscope says that the sensor turned. Gravity v, seen
// from the sensor, moves by dv = -w x v dt. Accelerations of the body disturb v, so the sizes agree only roughly: in batches
// of a minute, their ratio was .2 to 20 for all people of MotionSense, WISDM and BFRB on whom the limits were chosen. But a
// gyroscope in deg/s instead of rad/s is wrong by a factor of 57. The signs of the axes do not matter here. Dimensions: N
// samples.

import type { Axes } from "../../signals/sensors/sensor.ts";
import type { Columns } from "../summaries/summarize.ts";

/** Half of the time over which the direction is averaged, and a quarter of that between two directions. */
const halfSeconds = 0.25;
/** Root mean square turn from one direction to the next below which the sensor lay still, in radians. */
const leastTurn = 0.02;

/**
 * Root mean square turn of gravity over that by the gyroscope.
 * @param columns [N] samples in order of time
 * @param gyroscope channels in rad/s
 * @returns undefined if the sensor hardly turned, or the batch is too short
 */
export function turningRatio(
  columns: Columns,
  { accelerometer, gyroscope, samplingRateHz }: { accelerometer: Axes; gyroscope: Axes; samplingRateHz: number },
): number | undefined {
  const half = Math.max(1, Math.round(halfSeconds * samplingRateHz));
  const step = 2 * half;
  const sums = [...accelerometer, ...gyroscope].map((name) => turningSums(columns[name]!));
  const over = (axis: number, from: number, to: number): number => sums[axis]![to]! - sums[axis]![from]!;
  const rows = columns[accelerometer[0]]!.length;
  const direction = (at: number): [number, number, number] => {
    const [x, y, z] = [0, 1, 2].map((axis) => over(axis, at - half, at + half)) as [number, number, number];
    const length = Math.hypot(x, y, z);
    return length === 0 ? [0, 0, 0] : [x / length, y / length, z / length];
  };
  let [seen, said, steps] = [0, 0, 0];
  for (let at = half; at + step + half <= rows; at += step) {
    const [before, after] = [direction(at), direction(at + step)];
    const [x, y, z] = before.map((value, axis) => (value + after[axis]!) / 2) as [number, number, number];
    const [a, b, c] = [3, 4, 5].map((axis) => over(axis, at, at + step) / samplingRateHz) as [number, number, number];
    said += (b * z - c * y) ** 2 + (c * x - a * z) ** 2 + (a * y - b * x) ** 2;
    seen += before.reduce((sum, value, axis) => sum + (after[axis]! - value) ** 2, 0);
    steps++;
  }
  if (steps < 10 || !(said > 0) || Math.sqrt(seen / steps) < leastTurn) return undefined;
  return Math.sqrt(seen / said);
}

/** Sum of the values before each row. */
function turningSums(column: Float32Array): Float64Array {
  const sums = new Float64Array(column.length + 1);
  for (let i = 0; i < column.length; i++) sums[i + 1] = sums[i]! + column[i]!;
  return sums;
}
