// States the number of batches between false alarms, and how it was measured.

import { counted } from "../../counted.ts";
import type { MeasuredRunLength } from "../../pipelines/baseline.ts";
import { dayBoutText, dayText } from "./day-text.ts";
import { countText } from "./number-text.ts";

/** One line; empty if nothing was measured. */
export function runLengthLines(measured: MeasuredRunLength | null): string[] {
  if (measured === null) return [];
  const { asked, at_least: atLeast, confidence, people, seconds, days } = measured;
  const found = days.map(
    ({ day, alarms, batches }) =>
      `${counted(alarms, "alarm", "alarms")} in ${countText(batches)} batches ${dayText(day)}`,
  );
  return [
    `promise    at least ${countText(atLeast)} batches between false alarms (${Math.round(100 * confidence)} % ` +
      `confidence; requested: ${countText(asked)}), measured on ${counted(people, "person", "people")}, ` +
      `each left out of the calibration, in batches of ${dayBoutText(seconds)}: ${found.join(", ")}`,
  ];
}
