// Rotations of a sensor on the body; a rotation turns all of its vectors alike.

export type Vector = readonly [x: number, y: number, z: number];

/** By rows. */
export type Rotation = readonly [Vector, Vector, Vector];

/**
 * By Rodrigues' formula, right-handed.
 * @param axis of any length but 0
 * @param angle radians
 * @throws RangeError for a zero axis or a non-finite angle
 */
export function rotationAbout(axis: Vector, angle: number): Rotation {
  const length = Math.hypot(...axis);
  if (!(length > 0 && length < Number.POSITIVE_INFINITY && Number.isFinite(angle))) {
    throw new RangeError(`rotation: expected an axis and a finite angle, got (${axis.join(", ")}) and ${angle}`);
  }
  const [x, y, z] = axis.map((part) => part / length) as [number, number, number];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const v = 1 - c;
  return [
    [c + x * x * v, x * y * v - z * s, x * z * v + y * s],
    [y * x * v + z * s, c + y * y * v, y * z * v - x * s],
    [z * x * v - y * s, z * y * v + x * s, c + z * z * v],
  ];
}
