// Computes whether a gyroscope and an accelerometer on the same device measure the same rotation. In the frame of a sensor that
// turns at the rate w, gravity v changes by dv = -w x v dt, so both sensors measure the rotation across gravity. If one axis of
// either sensor flips its sign, the sign of their agreement flips about some axes, whatever the body does. Dimensions: N
// samples of one stretch.

import { windowSums } from "../../stats/window-sums.ts";

/**
 * The vectors are averaged twice in succession, each time over twice this duration; chosen on one half of the people in WISDM.
 */
const smoothSeconds = 0.15;
/** Half the duration over which the two rotations are compared; chosen on one half of the people in WISDM. */
const comparedSeconds = 0.5;

function coherenceSmoothingHalf(samplingRateHz: number): number {
  return Math.max(1, Math.round(smoothSeconds * samplingRateHz));
}

function coherenceComparedHalf(samplingRateHz: number): number {
  return Math.max(1, Math.round(comparedSeconds * samplingRateHz));
}

/** Number of samples on either side of a sample that affect its coherence. */
export function coherenceHalfWidth(samplingRateHz: number): number {
  return 2 * coherenceSmoothingHalf(samplingRateHz) + 1 + coherenceComparedHalf(samplingRateHz);
}

/**
 * Returns the cosine between the rotations of gravity and of the gyroscope, about each axis, -1 to 1; 0 if either does not
 * turn. The units do not matter.
 * @param axes six columns [N]: three of an accelerometer with gravity, then three of a gyroscope
 * @returns three columns [N - 2 half-widths]; empty if the stretch is too short
 */
export function turningCoherence(axes: readonly Float32Array[], samplingRateHz: number): readonly Float64Array[] {
  const width = 2 * coherenceSmoothingHalf(samplingRateHz) + 1;
  const smooth = axes.map((axis) => windowSums(windowSums(new Float64Array(axis), width), width));
  const [v, w] = [smooth.slice(0, 3), smooth.slice(3)];
  const [x, y, z] = v as [Float64Array, Float64Array, Float64Array];
  const [p, q, r] = w as [Float64Array, Float64Array, Float64Array];
  const length = Math.max(0, x.length - 2);
  const zeros = (): Float64Array => new Float64Array(length);
  const [squares, alongs] = [zeros(), zeros()];
  for (let i = 0; i < length; i++) {
    const at = i + 1;
    const square = x[at]! ** 2 + y[at]! ** 2 + z[at]! ** 2;
    squares[i] = square;
    if (square !== 0) alongs[i] = (x[at]! * p[at]! + y[at]! * q[at]! + z[at]! * r[at]!) / square;
  }
  const compared = 2 * coherenceComparedHalf(samplingRateHz) + 1;
  return v.map((own, k) => {
    const [next, last, turns] = [v[(k + 1) % 3]!, v[(k + 2) % 3]!, w[k]!];
    const [both, seen, said] = [zeros(), zeros(), zeros()];
    for (let i = 0; i < length; i++) {
      const square = squares[i]!;
      if (square === 0) continue;
      const turned = (next[i + 2]! - next[i]!) * last[i + 1]! - (last[i + 2]! - last[i]!) * next[i + 1]!;
      const a = turned / square;
      const b = turns[i + 1]! - alongs[i]! * own[i + 1]!;
      both[i] = a * b;
      seen[i] = a * a;
      said[i] = b * b;
    }
    const [ab, aa, bb] = [windowSums(both, compared), windowSums(seen, compared), windowSums(said, compared)];
    for (let i = 0; i < ab.length; i++) {
      const value = ab[i]!;
      ab[i] = value === 0 ? 0 : value / Math.sqrt(aa[i]! * bb[i]!);
    }
    return ab;
  });
}
