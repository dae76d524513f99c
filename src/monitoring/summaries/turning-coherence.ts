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
  const smooth = axes.map((axis) => windowSums(windowSums(Float64Array.from(axis), width), width));
  const [v, w] = [smooth.slice(0, 3), smooth.slice(3)];
  const length = Math.max(0, v[0]!.length - 2);
  const series = (): Float64Array[] => v.map(() => new Float64Array(length));
  const [both, seen, said] = [series(), series(), series()];
  for (let i = 0; i < length; i++) {
    const square = v.reduce((sum, axis) => sum + axis[i + 1]! ** 2, 0);
    if (square === 0) continue;
    const along = v.reduce((sum, axis, k) => sum + axis[i + 1]! * w[k]![i + 1]!, 0) / square;
    for (let k = 0; k < 3; k++) {
      const [next, last] = [v[(k + 1) % 3]!, v[(k + 2) % 3]!];
      const turned = (next[i + 2]! - next[i]!) * last[i + 1]! - (last[i + 2]! - last[i]!) * next[i + 1]!;
      const a = turned / square;
      const b = w[k]![i + 1]! - along * v[k]![i + 1]!;
      both[k]![i] = a * b;
      seen[k]![i] = a * a;
      said[k]![i] = b * b;
    }
  }
  const compared = 2 * coherenceComparedHalf(samplingRateHz) + 1;
  return both.map((values, k) => {
    const [ab, aa, bb] = [values, seen[k]!, said[k]!].map((own) => windowSums(own, compared));
    return ab!.map((value, i) => (value === 0 ? 0 : value / Math.sqrt(aa![i]! * bb![i]!)));
  });
}
