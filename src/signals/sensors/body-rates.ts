// Finds angular velocities that are called p, q and r, as aerospace engineers call the rates of roll, pitch and yaw. The letters
// have this meaning only if there is an accelerometer, too, or if they have a unit of angular velocity.

import { type NamedSensor, splitSensorName, wordsOfSensorName } from "./sensor-name.ts";
import { unitOfNameForKind } from "./unit-of-name.ts";

const letter = /^(.*?)(?<![A-Za-z])([pP])(?![A-Za-z])(.*)$/;
const besideLetter = /^(imu|body|rates?|ang|angular|omega|b)$/;

/** @param found the other sensors among the columns */
export function bodyRates(columns: readonly string[], found: readonly NamedSensor[]): NamedSensor | undefined {
  if (found.some(({ kind }) => kind === "gyroscope")) return undefined;
  for (const column of columns) {
    const [, before, p, after] = letter.exec(column) ?? [];
    if (p === undefined) continue;
    const letters = p === "p" ? ["p", "q", "r"] : ["P", "Q", "R"];
    const own = letters.map((axis) => columns.find((name) => name === `${before}${axis}${after}`));
    const [x, y, z] = own;
    if (x === undefined || y === undefined || z === undefined) continue;
    const { unit: written, rest } = splitSensorName(before!, after!);
    const unit = unitOfNameForKind("gyroscope", written);
    if (!wordsOfSensorName(rest).every((word) => besideLetter.test(word))) continue;
    if (unit === null && !found.some(({ kind }) => kind === "accelerometer")) continue;
    return { name: letters.join(""), kind: "gyroscope", channels: [x, y, z], unit, gravity: null, weak: true, written };
  }
  return undefined;
}
