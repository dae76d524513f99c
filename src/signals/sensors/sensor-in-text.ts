// Finds the sensor that a string names, such as a column value ("acc", "android.sensor.gyroscope") or the name of a file or sheet
// (Accelerometer.csv, gyro_exp01_user01.txt).

import { sensorsByName } from "./sensors-by-name.ts";

/** Names of Android's sensor types by number, for columns that contain only numbers. */
const androidSensors: Readonly<Record<string, string>> = {
  1: "accelerometer",
  2: "magnetometer",
  4: "gyroscope",
  9: "gravity",
  10: "linear_acceleration",
};

/** Returns the sensor name for a column value. The sensor's channel names begin with the returned name. */
export function nameOfSensorInText(value: string): string {
  return androidSensors[value] ?? value.trim();
}

/**
 * Returns the kind of sensor named by a string such as "acc", "android.sensor.gyroscope" or "Gyro", or "linear" for an
 * accelerometer without gravity; null if it names none.
 */
export function kindOfSensorInText(value: string): string | null {
  const name = nameOfSensorInText(value);
  const [sensor] = sensorsByName(["x", "y", "z"].map((axis) => `${name}_${axis}`));
  if (sensor === undefined || sensor.kind === "unknown" || sensor.weak) return null;
  return sensor.kind === "accelerometer" && sensor.gravity === false ? "linear" : sensor.kind;
}

const ending = /(\.(csv|tsv|txt|dat|data|log|json|jsonl|ndjson|parquet|parq|pq|gz))+$/i;

/** Returns the sensor word in a file or sheet name, and the name without it; undefined if there is none. */
export function sensorInText(name: string): { sensor: string; kind: string; rest: string } | undefined {
  const stem = name.replace(ending, "");
  const words = stem.split(/([^A-Za-z]+|(?<=[a-z])(?=[A-Z]))/).filter((word) => word !== undefined);
  for (const length of [3, 1]) {
    for (let i = 0; i + length <= words.length; i++) {
      const sensor = words
        .slice(i, i + length)
        .join("")
        .replace(/^(linear|total|user|free)[ _-]/i, "$1");
      if (!/^[A-Za-z]+$/.test(sensor) || sensor.length < 3) continue;
      const kind = kindOfSensorInText(sensor);
      if (kind === null) continue;
      const rest = [...words.slice(0, i), ...words.slice(i + length)].join("").replace(/[\d.]+Hz.*$/i, "");
      return { sensor, kind, rest };
    }
  }
  return undefined;
}
