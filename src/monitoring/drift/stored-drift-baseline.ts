// The one place that turns a drift baseline as code has it into the form of baseline_stats.json. Earlier versions stored it as in
// code, so it also turns their form into the present one, and leaves that as it is.

import { snakeCase, snakeKeys } from "../../letter-case.ts";

/** Objects with keys in camelCase in code; "*" is any key or index, often a user's name. */
const renamed: readonly string[] = [
  "by_class.*.*",
  "signals",
  "calibration.kinds.*.seen.growth",
  "calibration.kinds.*.seen",
  "calibration.kinds.*.rungs.*.standard.*",
  "accuracy.rungs.*",
];
/** Values that are such a key. */
const names: readonly string[] = ["calibration.kinds.*.statistic"];

/** Whatever has another form remains as it is: `driftBaselineSchema` reports it. */
export function storedDriftBaseline(drift: unknown): unknown {
  const changes = [
    ...renamed.map((path) => [path, (value: unknown) => (isRecord(value) ? snakeKeys(value) : value)] as const),
    ...names.map((path) => [path, (value: unknown) => (typeof value === "string" ? snakeCase(value) : value)] as const),
  ];
  return changes.reduce((value, [path, change]) => changeAt(value, path.split("."), change), drift);
}

function changeAt(value: unknown, [key, ...rest]: readonly string[], change: (value: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return key === "*" ? value.map((item) => changeAt(item, rest, change)) : value;
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, own]) => [name, key === "*" || key === name ? changeAt(own, rest, change) : own]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
