// The days that a calibration rehearsed, in words.

import type { RehearsedDay } from "../../pipelines/baseline.ts";
import { durationText } from "./number-text.ts";

/** A line such as "days       rehearsed with bouts of 15 s to 5 min on average"; none without rehearsals. */
export function rehearsedDayLines(day: RehearsedDay | null): string[] {
  if (day === null) return [];
  if (day === "recorded") return ["days       rehearsed in recorded order"];
  const range = [...new Set(day.bout_seconds)].map(boutText).join(" to ");
  return [`days       rehearsed with bouts of ${range} on average`];
}

function boutText(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : durationText(seconds);
}
