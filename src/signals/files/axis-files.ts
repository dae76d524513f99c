// Groups files that each hold one axis of a sensor, such as total_acc_x_train.txt, total_acc_y_train.txt and
// total_acc_z_train.txt, by their names alone.

import { dirname } from "node:path";
import { kindOfSensorInText } from "../sensors/sensor-in-text.ts";
import { isPlaceWord } from "../sensors/sensor-places.ts";

/** A sensor with one file per axis. */
export interface SensorOfAxisFiles<File> {
  /** The words of the file names that describe the sensor, such as total_acc. */
  readonly name: string;
  /** The files of the x, y and z axes. */
  readonly files: readonly [x: File, y: File, z: File];
}

/** Files in one folder whose names differ only in the sensor and the axis. */
export interface AxisFileSet<File> {
  readonly folder: string;
  /** The other words of the file names, such as train, in lower case. */
  readonly rest: string;
  readonly sensors: readonly SensorOfAxisFiles<File>[];
}

const ending = /(\.[A-Za-z]\w{0,7})+$/;
const textEnding = /\.(csv|tsv|txt|dat|data|log|asc)(\.gz)?$/i;
/** Words that tell sensors of one kind apart. */
const sensorWord =
  /^(total|body|linear|lin|user|free|raw|filt(ered)?|calibrated|uncalibrated|inertial|triaxial|axis|sensors?|imu|smart)$/;
const statisticWord =
  /^(mean|median|avg|average|std|stdev|var|min|max|iqr|mad|rms|skew|kurt|energy|entropy|fft|psd|jerk|ang|angles?|offset|bias|cal)$/;

/** Returns the words of a file name in lower case, without the extension. */
export function wordsOfAxisFile(path: string): string[] {
  return path
    .replace(/^.*[/\\]/, "")
    .replace(ending, "")
    .split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

/** @returns the sets in which every sensor has exactly one file per axis */
export function axisFileSets<File extends { readonly path: string }>(files: readonly File[]): AxisFileSet<File>[] {
  const named = files.flatMap((file) => {
    const found = axisInFileName(file.path);
    return found === undefined ? [] : [{ file, ...found, folder: dirname(file.path) }];
  });
  const sets: AxisFileSet<File>[] = [];
  for (const own of Map.groupBy(named, ({ folder, rest }) => `${folder}\0${rest}`).values()) {
    const bySensor = Map.groupBy(own, ({ sensor }) => sensor);
    const sensors = [...bySensor].map(([name, axes]): SensorOfAxisFiles<File> | undefined => {
      const [x, y, z] = ["x", "y", "z"].map((axis) => axes.filter((other) => other.axis === axis));
      if (x!.length !== 1 || y!.length !== 1 || z!.length !== 1) return undefined;
      return { name, files: [x![0]!.file, y![0]!.file, z![0]!.file] };
    });
    const whole = sensors.filter((sensor) => sensor !== undefined);
    const { folder, rest } = own[0]!;
    if (whole.length === sensors.length) sets.push({ folder, rest, sensors: whole });
  }
  return sets;
}

/** Letters that name a sensor right before the axis, as in ax.txt. */
const sensorOfLetter: Readonly<Record<string, string>> = { a: "acc", g: "gyro" };

function axisInFileName(path: string): { sensor: string; axis: string; rest: string } | undefined {
  if (!textEnding.test(path)) return undefined;
  const words = wordsOfAxisFile(path);
  const isKind = (word: string): boolean => kindOfSensorInText(word) !== null;
  const beforeAxis = (word: string): string => sensorOfLetter[word.slice(0, -1)] ?? word.slice(0, -1);
  const at = words.findLastIndex((word) => /[xyz]$/.test(word) && (word.length === 1 || isKind(beforeAxis(word))));
  if (at < 0 || words.some((word) => statisticWord.test(word))) return undefined;
  const fused = words[at]!.length === 1 ? [] : [beforeAxis(words[at]!)];
  const others = words.toSpliced(at, 1, ...fused);
  const isOfSensor = (word: string): boolean => isKind(word) || sensorWord.test(word) || isPlaceWord(word);
  if (!others.some(isKind)) return undefined;
  return {
    sensor: others.filter(isOfSensor).join("_"),
    axis: words[at]!.at(-1)!,
    rest: others.filter((word) => !isOfSensor(word)).join(" "),
  };
}
