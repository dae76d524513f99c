// Finds the sensor that a file's path names: in the name of the file (Accelerometer.csv, acc_exp01_user01.txt), in the name of a
// folder or archive (gyro/S01.csv), or as a letter at the end (S01_D1_A.dat).

import { basename, dirname, join } from "node:path";
import type { SourceFile } from "../files/find-files.ts";
import { kindOfSensorInText, sensorInText } from "../sensors/sensor-in-text.ts";
import { isNamelessSensor, sensorsByName } from "../sensors/sensors-by-name.ts";

/** The sensor of a file. */
export interface SensorInPath {
  /** The sensor name in the path, such as Accelerometer. */
  readonly sensor: string;
  readonly kind: string;
  /** The path without the sensor, which the files of a recording have in common. */
  readonly key: string;
  /** Whether only the name of a folder gives the sensor. */
  readonly inFolder: boolean;
}

/**
 * @param common number of characters in the folders that all files have in common, which name no sensor
 * @returns undefined if the path names no sensor
 */
export function sensorInPath(path: string, common: number): SensorInPath | undefined {
  const name = basename(path);
  const own = sensorInText(name);
  const folders = dirname(path.slice(common)).split(/[/\\]/);
  const at = folders.findLastIndex((folder) => sensorInText(folder) !== undefined);
  const ofFolder = at < 0 ? undefined : sensorInText(folders[at]!);
  const rest = own?.rest ?? name;
  if (ofFolder === undefined || (own !== undefined && own.kind !== ofFolder.kind))
    return own && { ...own, key: join(dirname(path), rest), inFolder: false };
  const { sensor, kind } = own ?? ofFolder;
  return {
    sensor,
    kind,
    key: join(path.slice(0, common), ...folders.with(at, ofFolder.rest), rest),
    inFolder: own === undefined,
  };
}

/** Whether a file holds orientations, whose three columns may be called x, y and z like those of a sensor. */
export function isOrientationFile(path: string): boolean {
  return /orientation|attitude|euler|quaternion|rotation[ _-]?vector/i.test(basename(path));
}

/** Letters that stand for sensors at the end of file names, as in FallAllD's S01_D1_A001_T01_A.dat. */
const sensorOfFileLetter: Readonly<Record<string, string>> = { A: "acc", G: "gyro", M: "mag", B: "baro" };

/**
 * Finds files whose names end in a separate letter for the sensor, and otherwise are the same. The letters count only if they
 * include A and G, and no column contradicts them.
 */
export async function sensorFilesOfLetters(
  files: readonly SourceFile[],
  columnsOf: (file: SourceFile) => Promise<readonly string[]>,
): Promise<Map<SourceFile, SensorInPath>> {
  const named = files.flatMap((file) => {
    const [, rest, letter] = /^(.+)[_ -]([A-Za-z])(?:\.\w+)+$/.exec(basename(file.path)) ?? [];
    return letter === undefined ? [] : [{ file, rest: rest!, letter: letter.toUpperCase() }];
  });
  const found = new Map<SourceFile, SensorInPath>();
  for (const own of Map.groupBy(named, ({ file, rest }) => join(dirname(file.path), rest)).values()) {
    const letters = own.map(({ letter }) => letter);
    if (!["A", "G"].every((letter) => letters.includes(letter))) continue;
    if (new Set(letters).size < letters.length || letters.some((letter) => !(letter in sensorOfFileLetter))) continue;
    const parts: [SourceFile, SensorInPath][] = [];
    for (const { file, rest, letter } of own) {
      const sensor = sensorOfFileLetter[letter]!;
      const kind = kindOfSensorInText(sensor) ?? sensor;
      const sensors = sensorsByName(await columnsOf(file).catch(() => []));
      if (sensors.some((other) => other.kind !== "unknown" && other.kind !== kind)) break;
      parts.push([file, { sensor, kind, key: join(dirname(file.path), rest), inFolder: false }]);
    }
    if (parts.length === own.length) for (const [file, part] of parts) found.set(file, part);
  }
  return found;
}

/** Sensor Logger's name for the seconds since the start, beside columns that are called only x, y and z. */
const sensorLoggerColumn = "seconds_elapsed";

/**
 * Whether a file's name gives a sensor other than an accelerometer, and its columns are called only x, y and z, so that they would
 * be taken for an accelerometer's. Sensor Logger's Accelerometer.csv counts as well: it excludes gravity, so its values do not
 * show what it measures.
 */
export function isNamedOnlyByPath(
  { kind, inFolder }: Pick<SensorInPath, "kind" | "inFolder">,
  columns: readonly string[],
): boolean {
  if (inFolder || (kind === "accelerometer" && !columns.includes(sensorLoggerColumn))) return false;
  const sensors = sensorsByName(columns);
  return sensors.length === 1 && sensors[0]!.kind === "unknown" && isNamelessSensor(sensors[0]!);
}
