// Computes the time of each row in seconds, from the time column or by counting rows.

import { UserError } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import type { ResolvedColumns } from "./column-roles.ts";
import type { RowChunk } from "./row-chunks.ts";
import type { RowKey } from "./row-texts.ts";
import { detectTimeUnit, unitsPerSecond } from "./time-unit.ts";

export interface Clock {
  readonly timeUnit: ResolvedColumns["timeUnit"];
  /** [rows] times of the next chunk; NaN for missing values. */
  seconds(chunk: RowChunk): Float64Array;
}

/**
 * @param head the first rows, up to `headRows`
 * @param warn called if the clock had to be guessed
 * @throws UserError if there is neither a time column nor a rate
 */
export function rowClockOf(
  timeColumn: string | null,
  timeType: string | null,
  head: { readonly keys: readonly RowKey[]; readonly chunks: readonly RowChunk[] },
  nominalRateHz: number | undefined,
  warn: Reporter["warn"],
): Clock {
  if (timeColumn === null || timeType === null) {
    if (nominalRateHz === undefined) {
      throw new UserError("No time column was found, and no sampling rate was given from which to compute times.", {
        advice: "Name the column with --time, or give the rate of the recordings with --rate.",
      });
    }
    warn(`No time column was found, so rows are assumed to be recorded at ${nominalRateHz} per second, without gaps.`);
    return countingRowClock(head.keys, nominalRateHz);
  }
  const { unit, because } = detectTimeUnit(timeColumn, timeType, head, nominalRateHz);
  if (unit === "index") {
    const rateHz = nominalRateHz!;
    warn(
      `Column "${timeColumn}" increases by 1 from row to row, so it is assumed to count samples at ${rateHz} per second. If it is a time, put its unit into the column's name (time_s, time_ms, ...).`,
    );
    return { timeUnit: unit, seconds: ({ time }) => time!.map((sample) => sample / rateHz) };
  }
  if (because === "steps" && unit !== "s") {
    warn(
      `Column "${timeColumn}" does not name its unit. Judging by its steps, the unit is ${unit}. If it is not, put the unit into the column's name (time_s, time_ms, ...).`,
    );
  }
  const perSecond = unitsPerSecond[unit];
  return {
    timeUnit: unit,
    seconds: ({ time }) => (perSecond === 1 ? time! : time!.map((value) => value / perSecond)),
  };
}

/** Divides the row number within the recording by the rate. Rows that will be dropped are counted as well, and leave a gap. */
function countingRowClock(keys: readonly RowKey[], rateHz: number): Clock {
  const counters = new Map<string, { rows: number }>();
  const counterOfKey: { rows: number }[] = [];
  const counterOf = (index: number): { rows: number } => {
    const known = counterOfKey[index];
    if (known !== undefined) return known;
    const key = keys[index]!;
    const name = `${key.user}\x1f${key.recording ?? key.file}`;
    const counter = counters.get(name) ?? { rows: 0 };
    counters.set(name, counter);
    counterOfKey[index] = counter;
    return counter;
  };
  return {
    timeUnit: "index",
    seconds: ({ keyOfRow }) => Float64Array.from(keyOfRow, (key) => counterOf(key).rows++ / rateHz),
  };
}
