// An accelerometer that measures gravity and a gyroscope on the same device, in the units that the checks for impossible values
// require.
import type { Sensor } from "../../src/signals/sensors/sensor.ts";

export const accelerometer: Sensor = {
  name: "A",
  kind: "accelerometer",
  channels: ["Ax", "Ay", "Az"],
  unit: "m/s^2",
  gravity: true,
};

export const gyroscope: Sensor = {
  name: "G",
  kind: "gyroscope",
  channels: ["Gx", "Gy", "Gz"],
  unit: "rad/s",
  gravity: null,
};
