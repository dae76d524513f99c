// Windows over a uniformly sampled signal. Windows are offsets into one shared block of samples, so overlapping windows need no
// extra memory, and worker threads can all read the same block. Dimensions: S samples, C channels, W windows, T samples per
// window.

/** Windows of a single size at a single rate. */
export interface WindowSet {
  /** C names. */
  readonly channels: readonly string[];
  /** Sampling rate of all samples, in Hz. */
  readonly samplingRateHz: number;
  /** Number of samples T per window. */
  readonly windowSize: number;
  /** [S, C] row-major, physical units; in shared memory if several threads read it. */
  readonly samples: Float32Array;
  /** [W] index of the first sample of each window. */
  readonly starts: Int32Array;
  /** [W] time of each window's first sample, in seconds on the recording's own clock. */
  readonly startTimes: Float64Array;
  /** [W] index into `classes`, or -1 if there is no label. */
  readonly labels: Int32Array;
  /** [W] index into `users`. */
  readonly groups: Int32Array;
  /** [W] index into `recordings`. */
  readonly recordingIndex: Int32Array;
  /** Names of labels. */
  readonly classes: readonly string[];
  /** Names of people. */
  readonly users: readonly string[];
  /** Names of recordings. */
  readonly recordings: readonly string[];
}

/** Allocates memory for samples. */
export type Allocate = (length: number) => Float32Array;

/**
 * Allocates memory that several threads can share; most web pages have no SharedArrayBuffer and must use a different allocator.
 */
export const allocateSharedWindows: Allocate = (length) =>
  new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));

/** Returns the number of windows per class, in class order. */
export function windowsPerClass({ labels, classes }: WindowSet): Record<string, number> {
  return windowsPerName(labels, classes);
}

/** @param index index in `names` of each window's class, person or recording */
export function windowsPerName(index: Int32Array, names: readonly string[]): Record<string, number> {
  const counts = new Array<number>(names.length).fill(0);
  for (const i of index) counts[i]! += 1;
  return Object.fromEntries(names.map((name, i) => [name, counts[i]!]));
}

/** Returns the sample ranges [start, end) covered by the indexed windows, merged and in order, as pairs in a flat array. */
export function rangesUnderWindows(windows: Pick<WindowSet, "starts" | "windowSize">, index: Int32Array): number[] {
  const starts = Int32Array.from(index, (w) => windows.starts[w]!).sort();
  const ranges: number[] = [];
  for (const start of starts) {
    const end = start + windows.windowSize;
    if (ranges.length > 0 && start <= ranges[ranges.length - 1]!) ranges[ranges.length - 1] = end;
    else ranges.push(start, end);
  }
  return ranges;
}
