// A sensor's vector, second by second. Whatever a person does, the mean acceleration over a second is close to gravity: in
// batches of a minute, its median was .71 to 1.32 of gravity for all people of MotionSense, WISDM and BFRB on whom the limits
// were chosen, and at most .31 without gravity. The mean of the lengths cannot tell: jogging without gravity is as long as
// sitting with it. Dimensions: N samples.

import type { Sensor } from "../../signals/sensors/sensor.ts";
import type { Columns } from "../summaries/summarize.ts";

/** One entry per second; a rest of less than a second is left out. */
export interface SensorSeconds {
  /** Length of the mean vector. */
  readonly lengths: readonly number[];
  /** Root mean square distance from the mean vector. */
  readonly spreads: readonly number[];
}

/** @param columns [N] samples in order of time; a second may contain a jump to a later one */
export function sensorSeconds(columns: Columns, { channels }: Sensor, samplingRateHz: number): SensorSeconds {
  const [x, y, z] = channels.map((name) => columns[name]!) as [Float32Array, Float32Array, Float32Array];
  const step = Math.max(2, Math.round(samplingRateHz));
  const [lengths, spreads]: [number[], number[]] = [[], []];
  for (let from = 0; from + step <= x.length; from += step) {
    let [sx, sy, sz, squares] = [0, 0, 0, 0];
    for (let i = from; i < from + step; i++) {
      sx += x[i]!;
      sy += y[i]!;
      sz += z[i]!;
      squares += x[i]! ** 2 + y[i]! ** 2 + z[i]! ** 2;
    }
    const length = Math.hypot(sx, sy, sz) / step;
    lengths.push(length);
    spreads.push(Math.sqrt(Math.max(0, squares / step - length ** 2)));
  }
  return { lengths, spreads };
}
