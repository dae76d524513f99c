// When a batch's data was recorded. The time given by the sender takes precedence over the recordings' clock, which may be
// wrong. If the sender gives no time, the clock must show dates; clocks that begin at 0 and times of day do not.

import { sinceEpoch } from "../../signals/data/since-epoch.ts";
import type { RowTimes } from "../../signals/data/stored-rows.ts";
import type { DataTime } from "../../storage/stream-store.ts";

/**
 * @param rows times of the first and the last row; null if unknown
 * @param end time of the last sample, from the sender; null if not given
 */
export function dataTimeOf(rows: RowTimes | null, end: Date | null): DataTime | null {
  const isDated =
    rows !== null && [rows.from, rows.to].every((time) => time >= sinceEpoch.from && time <= sinceEpoch.to);
  const to = end?.getTime() ?? (isDated ? rows.to * 1000 : null);
  if (to === null) return null;
  const length = rows === null ? 0 : (rows.to - rows.from) * 1000;
  return { from: new Date(to - length).toISOString(), to: new Date(to).toISOString() };
}
