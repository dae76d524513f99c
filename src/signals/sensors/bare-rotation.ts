import type { Sensor } from "./sensor.ts";
import { splitSensorName, wordsOfSensorName } from "./sensor-name.ts";

/** Whether a name gives a rotation without a word for a rate, so that its values may also be angles. */
export function isBareRotation({ channels: [x] }: Pick<Sensor, "channels">): boolean {
  const { unit, rest } = splitSensorName("", x.trim());
  const words = wordsOfSensorName(rest);
  return (
    unit === undefined &&
    words.some((word) => /^rot(ations?)?$/.test(word)) &&
    words.every((word) => /^(rot(ations?)?|x|axis|device|phone|sensor|imu|body|raw|data|value)$/.test(word))
  );
}
