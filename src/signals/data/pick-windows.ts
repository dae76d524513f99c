// Selects windows from a set.

import type { WindowSet } from "./windows.ts";

/** Returns only the windows in `rows`, over the same samples. Leaves out people and recordings without a selected window. */
export function pickWindows(windows: WindowSet, rows: Int32Array): WindowSet {
  const [groups, users] = renumberPickedWindows(windows.groups, rows, windows.users);
  const [recordingIndex, recordings] = renumberPickedWindows(windows.recordingIndex, rows, windows.recordings);
  return {
    ...windows,
    starts: rows.map((row) => windows.starts[row]!),
    startTimes: Float64Array.from(rows, (row) => windows.startTimes[row]!),
    labels: rows.map((row) => windows.labels[row]!),
    groups,
    users,
    recordingIndex,
    recordings,
  };
}

function renumberPickedWindows(index: Int32Array, rows: Int32Array, names: readonly string[]): [Int32Array, string[]] {
  const left = [...new Set(rows.map((row) => index[row]!))].sort((a, b) => a - b);
  const place = new Map(left.map((old, i) => [old, i]));
  return [rows.map((row) => place.get(index[row]!)!), left.map((old) => names[old]!)];
}
