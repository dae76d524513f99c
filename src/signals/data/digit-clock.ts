// Recognises times of day written in digits without colons, such as 105955.98 or 105955980 for 10:59:55.98. Read as seconds or
// milliseconds, such a clock would jump by 40 s at the end of every minute.

import { DataFault } from "../../data-fault.ts";
import type { RowChunk } from "./row-chunks.ts";
import { headRows, timesOfRecordings } from "./row-pace.ts";
import type { RowKey } from "./row-texts.ts";

/** Parts of a second counted by the last digits: hhmmss (with or without a decimal point), hhmmssff, hhmmssfff, hhmmssffffff. */
const scales = [1, 100, 1e3, 1e6] as const;
/** How far the digits jump beyond the next second at the end of a minute: from 59 to 100 instead of 60. */
const skipped = 40;
/** The end of a minute counts as evidence only if the rows before and after it are at most this many seconds apart. */
const longestStep = 2;

/**
 * Returns the number of parts of a second in a file's numbers if they are times of day: no minutes or seconds of 60 or more
 * occur, and a minute ends between two rows that are at most two seconds apart.
 * @param head the first rows of the file
 */
export function digitClockScale(head: {
  readonly keys: readonly RowKey[];
  readonly chunks: readonly RowChunk[];
}): number | undefined {
  const recordings = timesOfRecordings(head, headRows);
  return scales.find((scale) => {
    let ends = 0;
    for (const { times } of recordings) {
      let before = Number.NaN;
      for (const value of times) {
        if (scale > 1 && !Number.isInteger(value)) return false;
        const seconds = secondsOfDigitClock(value, scale);
        if (Number.isNaN(seconds)) return false;
        const step = seconds - secondsOfDigitClock(before, scale);
        if (step > 0 && step <= longestStep && value - before >= skipped * scale) ends++;
        before = value;
      }
    }
    return ends > 0;
  });
}

/** Returns the seconds since midnight; NaN if the digits are not a time of day. */
export function secondsOfDigitClock(value: number, scale: number): number {
  const digits = Math.floor(value / scale);
  const parts = value - digits * scale;
  const [hour, minute, second] = [Math.floor(digits / 1e4), Math.floor(digits / 100) % 100, digits % 100] as const;
  const isTime = value >= 0 && hour < 24 && minute < 60 && second < 60;
  return isTime ? 3600 * hour + 60 * minute + second + parts / scale : Number.NaN;
}

export function digitClockFault(
  file: string,
  { column, row, value, example }: { column: string; row: number; value: number; example: number },
): DataFault {
  const [expected, found] = [`a time of day in digits, such as ${example}`, String(value)];
  return new DataFault({
    code: "schema",
    message: `${file}: data row ${row}, column "${column}": expected ${expected}, found ${found}.`,
    advice: "Correct the time, or say what the numbers mean with --time-unit, such as --time-unit ms.",
    file,
    row,
    column,
    expected,
    found,
  });
}
