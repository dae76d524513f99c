// Converts a drift baseline in memory, some of whose keys are in camelCase, to the form used in baseline_stats.json, whose keys
// are all in snake_case. It also converts files of earlier versions, which have the keys of the form in memory, and leaves
// files in the current form unchanged.

import { snakeCase, snakeKeys } from "../../letter-case.ts";

/** Paths of objects whose keys are in camelCase in memory; "*" stands for any key or index, often a name that a user chose. */
const renamed: readonly string[] = [
  "by_class.*.*",
  "signals",
  "calibration.kinds.*.seen.growth",
  "calibration.kinds.*.seen",
  "calibration.kinds.*.rungs.*.standard.*",
  "calibration.kinds.*.mixes.*.rungs.*.standard.*",
  "accuracy.rungs.*",
];
/** Paths of values that are themselves key names and are therefore converted as well. */
const names: readonly string[] = ["calibration.kinds.*.statistic"];

/** Leaves a value of any other form unchanged, so that `driftBaselineSchema` reports it. */
export function storedDriftBaseline(drift: unknown): unknown {
  const changes = [
    ...renamed.map(
      (path) => [path, (value: unknown) => (isRecordInStoredBaseline(value) ? snakeKeys(value) : value)] as const,
    ),
    ...names.map((path) => [path, (value: unknown) => (typeof value === "string" ? snakeCase(value) : value)] as const),
  ];
  return changes.reduce((value, [path, change]) => changeInStoredBaseline(value, path.split("."), change), drift);
}

function changeInStoredBaseline(
  value: unknown,
  [key, ...rest]: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return key === "*" ? value.map((item) => changeInStoredBaseline(item, rest, change)) : value;
  if (!isRecordInStoredBaseline(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, own]) => [name, key === "*" || key === name ? changeInStoredBaseline(own, rest, change) : own]),
  );
}

function isRecordInStoredBaseline(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
