// Warns about files whose paths differ only in the device or its place on the body (S01_ankle.csv and
// S01_wrist.csv). They are read as recordings of one sensor, which is right only if people wore one sensor at a time.

import { listedNames } from "../../listed-names.ts";
import { type PathColumnOptions, pathColumnsOf } from "../files/path-columns.ts";
import { isPlaceWord } from "../sensors/sensor-places.ts";
import { commonFoldersOfPaths } from "./common-folders.ts";

/** Matches words that do not name a place by themselves; left and right are also directions of walking. */
const partOfPlace = /^(left|right|l|r|upper|lower|dominant|nondominant|non|sensor)$/i;

const device = /^((smart)?(phone|watch)(es|s)?|glasses|ring|earbuds?|headphones?|airpods)$/i;

/** @param paths the paths of tables that have the same columns */
export function warnOfPlacesInPaths(
  paths: readonly string[],
  options: PathColumnOptions,
  warn: (message: string) => void,
): void {
  const places = new Map<string, Set<string>>();
  const common = commonFoldersOfPaths(paths);
  for (const path of paths) {
    const { place, rest } = placeInPath(path.slice(common));
    if (place === "") continue;
    const columns = pathColumnsOf(path, options).map(({ value }) => value);
    const key = JSON.stringify([rest, columns]);
    places.set(key, (places.get(key) ?? new Set()).add(place));
  }
  const several = [...places.values()].filter((own) => own.size > 1);
  if (several.length === 0) return;
  const names = [...new Set(several.flatMap((own) => [...own]))];
  warn(
    `Files whose paths differ only in the device or its place on the body (${listedNames(names)}) are read as recordings of one sensor. If a person wore these sensors at the same time, give only the files of one of them.`,
  );
}

function placeInPath(path: string): { place: string; rest: string } {
  const words = path.split(/([^A-Za-z]+|(?<=[a-z])(?=[A-Z]))/).filter((word) => word !== undefined);
  const isPlace = words.map((word) => isPlaceWord(word) || device.test(word));
  const isWhole = words.some((word, i) => isPlace[i] && !partOfPlace.test(word));
  if (!isWhole) return { place: "", rest: path };
  const place = words.filter((_, i) => isPlace[i]).map((word) => word.toLowerCase());
  return { place: place.join(" "), rest: words.filter((_, i) => !isPlace[i]).join("") };
}
