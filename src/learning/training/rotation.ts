// Augmentation: the sensor sits a little differently on every person, so each training window is turned by a random
// rotation, accelerometer and gyroscope alike (Um et al. 2017, "Data Augmentation of Wearable Sensor Data for
// Parkinson's Disease Monitoring using Convolutional Neural Networks").

import type { Rng } from "../../stats/random.ts";

/** Standard deviation of the angle, radians: 40 degrees. */
const angleDeviation = (40 * Math.PI) / 180;

/** Three channels that are one vector: their places among the channels. */
export type Triad = readonly [x: number, y: number, z: number];

/** Channels whose names differ in the letters x, y and z alone, as Ax, Ay, Az or acc_x, acc_y, acc_z. */
export function findTriads(channels: readonly string[]): Triad[] {
  const place = new Map(channels.map((name, c) => [name, c]));
  return channels.flatMap((name, x): Triad[] => {
    for (let at = name.length - 1; at >= 0; at--) {
      const letter = name[at]!;
      if (letter !== "x" && letter !== "X") continue;
      const [y, z] = (letter === "x" ? ["y", "z"] : ["Y", "Z"]).map((other) =>
        place.get(name.slice(0, at) + other + name.slice(at + 1)),
      );
      if (y !== undefined && z !== undefined) return [[x, y, z]];
    }
    return [];
  });
}

/**
 * Turns each of `count` windows in x [count, T, C], in physical units, by a rotation of its own: an axis drawn evenly from
 * the sphere, an angle from a normal distribution.
 */
export function rotateWindows(
  x: Float32Array,
  count: number,
  { windowSize, channels }: { windowSize: number; channels: number },
  triads: readonly Triad[],
  rng: Rng,
): void {
  const length = windowSize * channels;
  for (let window = 0; window < count; window++) {
    const r = randomRotation(rng);
    for (const [cx, cy, cz] of triads) {
      const end = (window + 1) * length;
      for (let at = window * length; at < end; at += channels) {
        const [px, py, pz] = [x[at + cx]!, x[at + cy]!, x[at + cz]!];
        x[at + cx] = r[0] * px + r[1] * py + r[2] * pz;
        x[at + cy] = r[3] * px + r[4] * py + r[5] * pz;
        x[at + cz] = r[6] * px + r[7] * py + r[8] * pz;
      }
    }
  }
}

type Matrix = [number, number, number, number, number, number, number, number, number];

/** Rodrigues' formula, row-major. */
function randomRotation(rng: Rng): Matrix {
  const axis = [rng.normal(), rng.normal(), rng.normal()];
  const norm = Math.hypot(...axis);
  const [x, y, z] = axis.map((component) => component / norm) as [number, number, number];
  const angle = angleDeviation * rng.normal();
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const v = 1 - c;
  return [
    ...[c + x * x * v, x * y * v - z * s, x * z * v + y * s],
    ...[y * x * v + z * s, c + y * y * v, y * z * v - x * s],
    ...[z * x * v - y * s, z * y * v + x * s, c + z * z * v],
  ] as Matrix;
}
