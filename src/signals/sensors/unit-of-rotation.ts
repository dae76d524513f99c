// Infers the unit of one person's gyroscope from the values of the accelerometer that moved with it. Angular velocities alone
// do not reveal their unit: a sitting person may rotate the sensor by as many deg/s as a jogging person does by rad/s. But
// people who turn more also accelerate more. For every person in MotionSense, BFRB, UCI HAR and WISDM, the gyroscope's movement
// in rad/s is less than twice the accelerometer's in m/s^2, and in deg/s it is 57 times as large
// (sensors-of-data-sets.full.test.ts).

import type { VectorValues } from "./vector-values.ts";

/** Limits for the ratio of the gyroscope's movement to the accelerometer's, the latter in m/s^2. */
const share = { mostInRadians: 2, leastInDegrees: 3.5, mostInDegrees: 130 } as const;
/**
 * Number that the reach of values in deg/s must exceed. A person may spin on a chair, but no one rotates at 15 rad/s for long.
 */
const leastReachInDegrees = 15;
/**
 * Number that the reach of values in rad/s must not exceed. A person on a vibrating machine may accelerate so strongly that
 * even values in deg/s give a small ratio.
 */
const mostReachInRadians = 28;
/**
 * Minimum movement of the accelerometer in m/s^2; below it, the ratio is determined by the sensors' noise, not by a
 * person's movement.
 */
const leastMovement = 0.2;

/** @param acceleration values in m/s^2 @returns undefined if the values do not reveal the unit */
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

/**
 * Whether values taken for rad/s are so large, compared with the accelerations, that they may be values in deg/s from a sensor
 * that hardly moved. The noise of such a sensor has this ratio, too. Someone who spins without accelerating may also reach it.
 * @param acceleration values in m/s^2
 */
export function mayBeDegrees(
  rotation: Pick<VectorValues, "movement">,
  acceleration: Pick<VectorValues, "movement">,
): boolean {
  return acceleration.movement > 0 && rotation.movement >= share.leastInDegrees * acceleration.movement;
}
