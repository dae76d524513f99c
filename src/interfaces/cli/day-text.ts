// Describes the days rehearsed in a calibration or drawn by drift-bench.

import { durationText } from "../../duration-text.ts";
import type { RehearsedDay } from "../../pipelines/baseline.ts";

/** A line such as "days rehearsed with bouts of 15 s to 5 min on average"; empty if nothing was rehearsed. */
export function dayLines(day: RehearsedDay | null): string[] {
  if (day === null) return [];
  return [`days       rehearsed ${dayText(day)}${day === "recorded" ? "" : " on average"}`];
}

/** Words such as "with bouts of 20 s to 2 min". */
export function dayText(day: RehearsedDay): string {
  if (day === "recorded") return "in recorded order";
  return `with bouts of ${[...new Set(day.bout_seconds)].map(dayBoutText).join(" to ")}`;
}

/** A duration such as "20 s" or "2 min". */
export function dayBoutText(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : durationText(seconds);
}
