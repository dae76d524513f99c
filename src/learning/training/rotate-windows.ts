// Augmentation: sensor orientation differs slightly from person to person, so each training window is rotated at random. The
// accelerometer and the gyroscope get the same rotation (Um et al. 2017, "Data Augmentation of Wearable Sensor Data for
// Parkinson's Disease Monitoring using Convolutional Neural Networks").

import type { Rng } from "../../random.ts";
import { type Rotation, rotationAbout } from "../../stats/rotation.ts";

/** 40 degrees. */
const defaultDeviation = (40 * Math.PI) / 180;

/**
 * Gives each of `count` windows in x [count, T, C], in physical units, its own rotation: the axis is uniform on the sphere,
 * and the angle is normally distributed.
 * @param triads for each sensor, the indices of its x, y and z axes among the channels
 * @param angleDeviation standard deviation of the angle, in radians
 */
export function rotateWindows(
  x: Float32Array,
  count: number,
  { windowSize, channels }: { windowSize: number; channels: number },
  triads: readonly (readonly number[])[],
  rng: Rng,
  angleDeviation: number = defaultDeviation,
): void {
  const length = windowSize * channels;
  for (let window = 0; window < count; window++) {
    const [[a, b, c], [d, e, f], [g, h, i]] = randomWindowRotation(rng, angleDeviation);
    for (const [cx, cy, cz] of triads as readonly (readonly [number, number, number])[]) {
      const end = (window + 1) * length;
      for (let at = window * length; at < end; at += channels) {
        const [px, py, pz] = [x[at + cx]!, x[at + cy]!, x[at + cz]!];
        x[at + cx] = a * px + b * py + c * pz;
        x[at + cy] = d * px + e * py + f * pz;
        x[at + cz] = g * px + h * py + i * pz;
      }
    }
  }
}

function randomWindowRotation(rng: Rng, angleDeviation: number): Rotation {
  const axis = [rng.normal(), rng.normal(), rng.normal()] as const;
  return rotationAbout(axis, angleDeviation * rng.normal());
}
