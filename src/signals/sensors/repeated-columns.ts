// Finds sensors whose three columns have the same name, such as Accelerometer. Programs that read such tables make the names
// different: pandas and R write Accelerometer, Accelerometer.1 and Accelerometer.2; polars writes Accelerometer_duplicated_0
// for the second.

import { type NamedSensor, sensorKindByNameWords, splitSensorName, wordsOfSensorName } from "./sensor-name.ts";
import { unitOfNameForKind } from "./unit-of-name.ts";

const endings: readonly (readonly [second: string, third: string, fourth: string])[] = [
  [".1", ".2", ".3"],
  ["_1", "_2", "_3"],
  ["_duplicated_0", "_duplicated_1", "_duplicated_2"],
];

/** @param taken columns of other sensors */
export function sensorsOfRepeatedColumns(columns: readonly string[], taken: ReadonlySet<string>): NamedSensor[] {
  const known = new Set(columns);
  const isFree = (name: string): boolean => known.has(name) && !taken.has(name);
  return columns.flatMap((column) => {
    const own = endings.find(
      ([second, third, fourth]) => isFree(column + second) && isFree(column + third) && !known.has(column + fourth),
    );
    if (own === undefined || taken.has(column)) return [];
    const { unit: written, rest } = splitSensorName("", column.trim());
    const byWords = sensorKindByNameWords(wordsOfSensorName(rest));
    if (byWords === undefined || byWords.weak === true) return [];
    const { kind, gravity = null } = byWords;
    const channels = [column, column + own[0], column + own[1]] as const;
    return [
      { name: column.trim(), kind, channels, unit: unitOfNameForKind(kind, written), gravity, weak: false, written },
    ];
  });
}
