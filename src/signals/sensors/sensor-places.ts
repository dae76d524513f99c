// Finds the place on the body in the name of a sensor, such as left_wrist in left_wrist_x.

import type { Sensor } from "./sensor.ts";
import { sensorKindByNameWords, splitSensorName, wordsOfSensorName } from "./sensor-name.ts";

/** Places on the body where sensors are worn; shoulders, elbows and knees are more often joints in videos. */
const placeWord =
  /^(back|lumbar|thigh|wrist|chest|sternum|torso|trunk|waist|belt|hip|pelvis|sacrum|ankle|shank|shin|calf|foot|shoe|arm|forearm|upperarm|lowerarm|lowerback|upperback|hand|head|neck|leg|femur|tibia|calcn|humerus|ulna|pocket|ear|finger|left|right|l|r|lower|upper|dominant|nondominant|non|sensor)$/;

/** Whether a word is a place on the body, or part of one, such as "upper". */
export function isPlaceWord(word: string): boolean {
  return placeWord.test(word.toLowerCase());
}

/** Whether a name gives only a place on the body, such as back_x, left_wrist_x and torso_imu_x. */
export function isPlaceSensor({ channels: [x], kind }: Sensor): boolean {
  const words = wordsOfSensorName(splitSensorName("", x.trim()).rest).filter((word) => !/^(x|imu)$/.test(word));
  return kind === "unknown" && words.length > 0 && words.every((word) => placeWord.test(word));
}

/** Returns the part of a sensor's name that does not give its kind, such as its place on the body. */
export function placeInSensorName({ name }: Pick<Sensor, "name">): string {
  return wordsOfSensorName(name)
    .filter((word) => !/^(angular|velocity|rate|speed|rotation|linear|sensor|raw|data)$/.test(word))
    .filter((word) => sensorKindByNameWords([word]) === undefined)
    .join(" ");
}
