// Measures how far apart windows are on their recordings' clocks. All windows have the same length, so the nearest window in a
// set is the nearest neighbour by start time, which is found by one sweep in each direction.

import type { WindowPositions } from "./split.ts";

/** All rows, sorted by person, recording and time. */
export function orderForWindowGaps(positions: WindowPositions): Int32Array {
  const { groups, recordingIndex, startTimes } = positions;
  return Int32Array.from(groups.keys()).sort(
    (a, b) =>
      groups[a]! - groups[b]! ||
      recordingIndex[a]! - recordingIndex[b]! ||
      startTimes[a]! - startTimes[b]! ||
      positions.starts[a]! - positions.starts[b]!,
  );
}

/**
 * [W] number of samples between each row's window and the nearest marked window of the same person and recording. 0 means that
 * they touch, a negative number that they overlap by that many samples, and Infinity that there is no such window. A marked
 * row's own gap is -windowSize.
 * @param order `orderForWindowGaps(positions)`
 * @param marked [W] 1 for the rows to measure distances from
 */
export function gapsToMarkedWindows(positions: WindowPositions, order: Int32Array, marked: Uint8Array): Float64Array {
  const gaps = new Float64Array(order.length).fill(Number.POSITIVE_INFINITY);
  sweepWindowGaps(positions, order, marked, gaps);
  sweepWindowGaps(positions, order.toReversed(), marked, gaps);
  return gaps;
}

function sweepWindowGaps(positions: WindowPositions, order: Int32Array, marked: Uint8Array, gaps: Float64Array): void {
  const { groups, recordingIndex, startTimes, samplingRateHz, windowSize } = positions;
  let last = -1;
  for (const row of order) {
    if (marked[row] === 1) last = row;
    if (last < 0 || groups[last] !== groups[row] || recordingIndex[last] !== recordingIndex[row]) continue;
    const distance = Math.abs(startTimes[row]! - startTimes[last]!) * samplingRateHz;
    gaps[row] = Math.min(gaps[row]!, distance - windowSize);
  }
}

/** Returns the rows of `index` that are at least `purgeSamples` away from every row of `from`; tolerates rounded times. */
export function purgeByWindowGap(
  positions: WindowPositions,
  order: Int32Array,
  index: Int32Array,
  from: Int32Array,
  purgeSamples: number,
): Int32Array {
  const marked = new Uint8Array(order.length);
  for (const row of from) marked[row] = 1;
  const gaps = gapsToMarkedWindows(positions, order, marked);
  return index.filter((row) => gaps[row]! >= purgeSamples - 1e-3);
}
