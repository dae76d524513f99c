// Computes a sensor's mean vector in each second. In any activity, the mean acceleration over a second is close to gravity. In
// batches of a minute, the median length was .71 to 1.32 times gravity for all the people in MotionSense, WISDM and BFRB whose
// data determined the limits, and at most .31 times gravity once gravity had been removed. The mean length of the samples
// themselves does not show whether there is gravity: it is about the same for jogging without gravity as for sitting with it.
// Dimensions: N samples.

import type { Axes } from "../../signals/sensors/sensor.ts";
import type { Columns } from "../summaries/summarize.ts";

/**
 * Length of the mean vector of each second; an incomplete last second is omitted.
 * @param columns [N] samples in time order; a second may contain a jump to a later time
 */
export function sensorSeconds(columns: Columns, axes: Axes, samplingRateHz: number): number[] {
  const [x, y, z] = axes.map((name) => columns[name]!) as [Float32Array, Float32Array, Float32Array];
  const step = Math.max(2, Math.round(samplingRateHz));
  return Array.from({ length: Math.floor(x.length / step) }, (_, second) => {
    let [sx, sy, sz] = [0, 0, 0];
    for (let i = second * step; i < (second + 1) * step; i++) {
      sx += x[i]!;
      sy += y[i]!;
      sz += z[i]!;
    }
    return Math.hypot(sx, sy, sz) / step;
  });
}
