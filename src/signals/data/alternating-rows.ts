// Detects recordings whose rows alternate between two recordings or sensors that no column distinguishes. Movement is
// smooth: a value is closer to the previous value than to the value two rows back. If rows alternate between two
// signals, a value is closer to the value two rows back.
//
// The measure is the root mean square of the differences between consecutive rows, divided by that of the differences
// over two rows. No recording of MotionSense, BFRB, UCI HAR and WISDM exceeds the limit
// (sensors-of-data-sets.full.test.ts). At low rates, genuine values also go back and forth from row to row, as in
// people jogging recorded at 5 Hz.

import { exceedsGateLimit } from "./gate-limits.ts";
import type { StoredRows } from "./stored-rows.ts";

const mostJumpiness = 1.3;
/** Minimum sampling rate of recordings to examine, in Hz. */
const leastRateHz = 8;
/**
 * Number of rows to examine, from the middle of a recording; recordings of fewer than `least` rows are not examined.
 */
const rows = { least: 200, most: 3000 } as const;
/** Maximum number of recordings to examine, spread evenly over all of them. */
const mostRecordings = 100;

/** Returns one warning, which names the first recording whose rows alternate, or none. */
export function alternatingRowsWarnings(
  stored: Pick<StoredRows, "recordings" | "sampling" | "channels" | "values">,
): string[] {
  const long = stored.recordings.filter(
    ({ start, end }, r) => end - start >= rows.least && 1 / stored.sampling[r]!.periodSeconds >= leastRateHz,
  );
  const stride = Math.ceil(long.length / mostRecordings);
  const found = long
    .filter((_, i) => i % stride === 0)
    .filter(({ start, end }) => {
      const length = Math.min(end - start, rows.most);
      const from = start + ((end - start - length) >> 1);
      return exceedsGateLimit(
        jumpinessOfRows(stored.channels.map((_, c) => stored.values(c, from, from + length))),
        mostJumpiness,
      );
    });
  const [first] = found;
  if (first === undefined) return [];
  const others = found.length > 1 ? ` and ${found.length - 1} more` : "";
  return [
    `Recording "${first.recording}" of person "${first.user}"${others}: the values jump back and forth from row to row, as if rows of two sensors or recordings alternated. If a column distinguishes the sensors or recordings, use --only, --pivot or --recording; otherwise write each to its own file.`,
  ];
}

/** @param columns the values of each channel; each channel's differences are divided by its variance */
function jumpinessOfRows(columns: readonly Float32Array[]): number {
  let [one, two] = [0, 0];
  for (const values of columns) {
    let [mean, variance] = [0, 0];
    for (const value of values) mean += value / values.length;
    for (const value of values) variance += (value - mean) ** 2;
    if (!(variance > 0)) continue;
    let [ownOne, ownTwo] = [0, 0];
    for (let i = 2; i < values.length; i++) {
      ownOne += (values[i]! - values[i - 1]!) ** 2;
      ownTwo += (values[i]! - values[i - 2]!) ** 2;
    }
    one += ownOne / variance;
    two += ownTwo / variance;
  }
  return Math.sqrt(one / two);
}
