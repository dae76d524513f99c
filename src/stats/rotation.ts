// Rotations of a sensor on the body. A rotation turns all of the sensor's vectors in the same way.

export type Vector = readonly [x: number, y: number, z: number];

/** A rotation matrix, row by row. */
export type Rotation = readonly [Vector, Vector, Vector];

/**
 * The rotation about an axis, by Rodrigues' formula, right-handed.
 * @param axis an axis of any length except 0
 * @param angle angle in radians
 * @throws RangeError if the axis is zero, or the axis or the angle is not finite
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
