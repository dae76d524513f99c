// Tests cases that do not occur in any data set; sensors-of-data-sets.full.test.ts tests recordings of people.
import { expect, it } from "vitest";
import { mayBeDegrees, unitOfRotation } from "../../../src/signals/sensors/unit-of-rotation.ts";

it.each([
  ["somebody who walks, in rad/s", { movement: 2.5, reach: 2.5 }, 9, "rad/s"],
  ["somebody who walks, in deg/s", { movement: 143, reach: 143 }, 9, "deg/s"],
  // 52 deg/s with 30 m/s^2: the ratio (1.7) alone would suggest rad/s, but 52 rad/s is 3,000 deg/s, which no person reaches, so
  // the unit stays open.
  ["somebody on a machine that shakes, in deg/s", { movement: 52, reach: 52 }, 30, undefined],
  // The noise of a BMI160 on a table: 1.8 mg and, after averaging, 0.03 deg/s on each axis.
  ["a sensor that lies still, in deg/s", { movement: 0.1, reach: 0.4 }, 0.06, undefined],
  ["an accelerometer without values", { movement: 2.5, reach: 2.5 }, Number.NaN, undefined],
])("tells the unit for %s, or leaves it open", (_, rotation, acceleration, unit) => {
  expect(unitOfRotation(rotation, { movement: acceleration })).toBe(unit);
});

it.each([
  // Ayaan-Abrol/MPU-6050-Noise-Reduction, imu_data.csv: values of an MPU-6050 that lies still, divided by 131 per deg/s.
  ["a sensor that lies still, in deg/s", 2, 0.3, true],
  ["a sensor that lies still, in rad/s", 0.005, 0.05, false],
  ["somebody who walks, in rad/s", 2.5, 9, false],
  ["an accelerometer without values", 2.5, Number.NaN, false],
])("tells whether values may be in deg/s for %s", (_, movement, acceleration, expected) => {
  expect(mayBeDegrees({ movement }, { movement: acceleration })).toBe(expected);
});
