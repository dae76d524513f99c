// The unit of a time column. Files seldom state it, so it is inferred from the column's type and name, or otherwise from
// the size of its steps.

import type { TimeUnit } from "./column-roles.ts";
import type { RowChunk } from "./row-chunks.ts";
import type { RowKey } from "./row-texts.ts";
import { isDateTimeInSchema } from "./table-schema.ts";

/** Number of each unit in a second. */
export const unitsPerSecond: Record<Exclude<TimeUnit, "index">, number> = {
  s: 1,
  timestamp: 1,
  ms: 1e3,
  us: 1e6,
  ns: 1e9,
};

/** A rate within this factor of the nominal rate is plausible. */
const nearFactor = 2;

const numericUnits = ["s", "ms", "us", "ns"] as const;

/**
 * Finds the unit. A column with a date-time type has the unit `timestamp`. If the name ends in a unit (`timestamp_s`, `time
 * (ms)`, `t_us`), that is the unit. Otherwise the median step decides. With a nominal rate, it picks the unit that comes
 * closest to that rate. Without a nominal rate, it picks the unit that gives a rate above 1 Hz and up to 1 kHz: steps below 1
 * are seconds, and each factor of 1,000 is the next unit.
 *
 * Numbers that increase by 1 would mean 1 Hz or 1 kHz. If the nominal rate is near neither of these, the numbers count
 * samples (`index`).
 */
export function detectTimeUnit(
  name: string,
  type: string,
  head: { readonly keys: readonly RowKey[]; readonly chunks: readonly RowChunk[] },
  nominalRateHz: number | undefined,
): { unit: TimeUnit; because: "type" | "name" | "steps" } {
  if (isDateTimeInSchema(type)) return { unit: "timestamp", because: "type" };
  const named = timeUnitInName(name);
  if (named !== undefined) return { unit: named, because: "name" };
  const steps = stepsForTimeUnit(head);
  const step = medianForTimeUnit(steps);
  if (!(step > 0)) return { unit: "s", because: "steps" };
  if (nominalRateHz !== undefined) {
    const misfit = (unit: (typeof numericUnits)[number]): number =>
      Math.abs(Math.log(unitsPerSecond[unit] / step / nominalRateHz));
    const unit = numericUnits.reduce((best, next) => (misfit(next) < misfit(best) ? next : best));
    const counts = isTimeUnitIndex(steps) && misfit(unit) > Math.log(nearFactor);
    return { unit: counts ? "index" : unit, because: "steps" };
  }
  return { unit: step < 1 ? "s" : step < 1e3 ? "ms" : step < 1e6 ? "us" : "ns", because: "steps" };
}

function timeUnitInName(name: string): (typeof numericUnits)[number] | undefined {
  const ending =
    /(?:[^a-z]|stamp|time|elapsed|epoch|^)(s|secs?|seconds?|ms|millis|milliseconds?|us|µs|micros|microseconds?|ns|nanos|nanoseconds?)\W*$/i;
  const unit = ending.exec(name.trim())?.[1]?.toLowerCase();
  if (unit === undefined) return undefined;
  if (unit.startsWith("ms") || unit.startsWith("mil")) return "ms";
  if (unit.startsWith("us") || unit.startsWith("µ") || unit.startsWith("mic")) return "us";
  return unit.startsWith("n") ? "ns" : "s";
}

/** Maximum number of rows from which the unit of time is inferred. */
export const headRows = 65_536;

/** Steps between neighbouring rows of one recording. */
function stepsForTimeUnit({ keys, chunks }: { keys: readonly RowKey[]; chunks: readonly RowChunk[] }): number[] {
  const steps: number[] = [];
  const last = new Map<string, number>();
  let left = headRows;
  for (const { rows, time, keyOfRow } of chunks) {
    for (let i = 0; i < Math.min(rows, left); i++) {
      const key = keys[keyOfRow[i]!]!;
      const recording = `${key.user}\x1f${key.recording ?? key.file}`;
      const step = time![i]! - (last.get(recording) ?? Number.NaN);
      if (Number.isFinite(step)) steps.push(step);
      if (Number.isFinite(time![i]!)) last.set(recording, time![i]!);
    }
    left -= rows;
    if (left <= 0) break;
  }
  return steps;
}

function medianForTimeUnit(steps: readonly number[]): number {
  const positive = Float64Array.from(steps.filter((step) => step > 0)).sort();
  return positive[Math.floor(positive.length / 2)] ?? 0;
}

/** Whether the steps are integers and most of them are 1; lost samples leave longer steps. */
function isTimeUnitIndex(steps: readonly number[]): boolean {
  return steps.every(Number.isInteger) && steps.filter((step) => step === 1).length > steps.length / 2;
}
