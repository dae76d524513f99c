// Dimensions: B windows per batch, T samples per window, C channels.

import type { WindowSet } from "./windows.ts";

/**
 * Writes the windows with indices `rows` into x [B, T, C] in physical units.
 * @param rows indices of windows, at most B
 */
export function gatherWindows(
  windows: Pick<WindowSet, "samples" | "starts" | "windowSize" | "channels">,
  rows: Int32Array,
  x: Float32Array,
): void {
  const channels = windows.channels.length;
  const length = windows.windowSize * channels;
  if (!(rows.length * length <= x.length)) {
    throw new RangeError(`x: expected room for ${rows.length} x ${length} numbers, got ${x.length}`);
  }
  for (let row = 0; row < rows.length; row++) {
    const start = windows.starts[rows[row]!]! * channels;
    x.set(windows.samples.subarray(start, start + length), row * length);
  }
}
