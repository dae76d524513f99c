// Decides the unit of one person's gyroscope from the values of the accelerometer that moved with it. Angular velocities alone
// do not show their unit: somebody who sits turns by a few deg/s, and somebody who jogs by as many rad/s. But people who turn
// more also accelerate more. In rad/s and m/s^2, the movement of the gyroscope is less than twice that of the accelerometer for
// every person of MotionSense, BFRB, UCI HAR and WISDM, and in deg/s it is 57 times as large (sensors-of-data-sets.full.test.ts).

import type { VectorValues } from "./vector-values.ts";

/** Movement of the gyroscope divided by that of the accelerometer in m/s^2. */
const share = { mostInRadians: 2, leastInDegrees: 3.5, mostInDegrees: 130 } as const;
/** Largest usual angular velocity. Somebody may spin on a chair; but nobody turns this fast in rad/s for long. */
const leastReachInDegrees = 15;
/** Nor does anybody turn this fast in rad/s. In deg/s, somebody on a machine that shakes may accelerate much and turn little. */
const mostReachInRadians = 28;
/** Below this movement in m/s^2, the shares are those of the sensors' noise, not of somebody's movement. */
const leastMovement = 0.2;

/** @param acceleration in m/s^2 @returns undefined if the values do not show the unit */
export function unitOfRotation(
  rotation: Pick<VectorValues, "movement" | "reach">,
  acceleration: Pick<VectorValues, "movement">,
): "rad/s" | "deg/s" | undefined {
  if (!(acceleration.movement >= leastMovement)) return undefined;
  const own = rotation.movement / acceleration.movement;
  if (own > 0 && own <= share.mostInRadians) return rotation.reach <= mostReachInRadians ? "rad/s" : undefined;
  const turns = own >= share.leastInDegrees && own <= share.mostInDegrees && rotation.reach > leastReachInDegrees;
  return turns ? "deg/s" : undefined;
}
