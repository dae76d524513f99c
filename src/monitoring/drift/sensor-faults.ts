// Simulates faults of a sensor or its recorder on the samples of one batch: a rotated, stuck or noisy sensor, gaps, and a wrong
// rate. Returns new columns of the same length; the input is not modified. Unit errors and flipped axes are not simulated here,
// because they merely multiply a channel by a factor. Clipping, coarse resolution and jittering clocks are not simulated at
// all. Dimensions: N samples.

import type { Rng } from "../../random.ts";
import type { Rotation, Vector } from "../../stats/rotation.ts";
import type { Columns } from "../summaries/summarize.ts";

/** Draws an axis with a uniformly random direction. */
export function drawSensorFaultAxis(rng: Rng): Vector {
  return [rng.normal(), rng.normal(), rng.normal()];
}

/**
 * Turns one sensor.
 * @param names names of the sensor's channels in the order x, y, z
 * @returns these three channels
 */
export function sensorRotationFault(columns: Columns, names: readonly string[], rotation: Rotation): Columns {
  const [x, y, z] = names.map((name) => columns[name]!) as [Float32Array, Float32Array, Float32Array];
  return Object.fromEntries(
    rotation.map(([a, b, c], row) => [names[row]!, x.map((value, i) => a * value + b * y[i]! + c * z[i]!)]),
  );
}

/**
 * @param std standard deviation of the added noise, in the channel's unit; the noise is normally distributed and independent
 * from sample to sample
 */
export function sensorNoiseFault(column: Float32Array, std: number, rng: Rng): Float32Array {
  return column.map((x) => x + std * rng.normal());
}

/** Makes a sensor stuck: in the last `share` of the batch, every row repeats the value of the first of these rows. */
export function stuckSensorFault(column: Float32Array, share: number): Float32Array {
  const from = column.length - Math.round(share * column.length);
  return column.slice().fill(column[from] ?? 0, from);
}

/**
 * Loses bursts of samples, the same in all channels, and fills the gaps with straight lines, as signals/data/resample.ts does
 * with short gaps. (A longer gap would split the recording and change no sample; see signals/data/sampling.ts.) Bursts never
 * touch each other or an end of the batch, so no gap is longer than a burst.
 * @param share share of the samples to lose, rounded to a whole number of bursts
 * @param burst number of samples lost in a row
 * @throws RangeError if that many separate bursts do not fit
 */
export function lostSensorSamplesFault(columns: Columns, share: number, burst: number, rng: Rng): Columns {
  const rows = Object.values(columns)[0]?.length ?? 0;
  let bursts = Math.round((share * rows) / burst);
  let places = rows - bursts * burst - 1;
  if (!(bursts === 0 || bursts <= places)) {
    throw new RangeError(`lost samples: ${share} of ${rows} in bursts of ${burst} leave no sample between the bursts`);
  }
  const holes: number[] = [];
  for (let i = 0; bursts > 0; i++, places--) {
    if (!(rng.uniform() * places < bursts)) continue;
    holes.push(i + 1);
    i += burst;
    bursts--;
  }
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, bridgeSensorFault(column, holes, burst)]),
  );
}

function bridgeSensorFault(column: Float32Array, holes: readonly number[], burst: number): Float32Array {
  const filled = column.slice();
  for (const hole of holes) {
    const [before, after] = [column[hole - 1]!, column[hole + burst]!];
    for (let i = 0; i < burst; i++) filled[hole + i] = before + ((i + 1) / (burst + 1)) * (after - before);
  }
  return filled;
}

/**
 * Returns the samples as if they had been recorded at `factor` times the assumed rate. Above 1, all movement looks slower and
 * the last samples are cut off. Below 1, it looks faster, and the batch, now too short, wraps around to its beginning.
 * Interpolation is linear. A faster recording therefore lacks frequencies above the original's limit, and a slower recording is
 * aliased, as if there were no filter.
 */
export function sensorRateFault(column: Float32Array, factor: number): Float32Array {
  const n = column.length;
  return column.map((_, i) => {
    const at = i / factor;
    const left = Math.floor(at);
    const before = column[left % n]!;
    return before + (at - left) * (column[(left + 1) % n]! - before);
  });
}
