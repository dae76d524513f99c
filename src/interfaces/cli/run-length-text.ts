// States the number of batches between false alarms and how it was measured.

import { counted } from "../../counted.ts";
import { percent } from "../../percent.ts";
import type { MeasuredRunLength } from "../../pipelines/baseline.ts";
import { dayBoutText, dayText } from "./day-text.ts";
import { wholeNumberText } from "./number-text.ts";

/** One line; empty if nothing was measured. */
export function runLengthText(measured: MeasuredRunLength | null): string[] {
  if (measured === null) return [];
  const { asked, at_least: atLeast, confidence, people, seconds, days } = measured;
  const found = days.map(
    ({ day, alarms, batches }) =>
      `${counted(alarms, "alarm", "alarms")} in ${wholeNumberText(batches)} batches ${dayText(day)}`,
  );
  return [
    `promise    at least ${wholeNumberText(atLeast)} batches between false alarms (${percent(confidence, { decimals: 0 })} ` +
      `confidence; requested: ${wholeNumberText(asked)}), measured on ${counted(people, "person", "people")}, ` +
      `each left out of the calibration, in batches of ${dayBoutText(seconds)}: ${found.join(", ")}`,
  ];
}
