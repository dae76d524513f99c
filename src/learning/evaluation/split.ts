// The inputs and outputs shared by all splitters in this folder. A row is a window; there are W windows in all.

/** How the rows are divided into folds; `stratified` leaks by construction and exists only to reproduce published figures. */
export type SplitKind = "group" | "leave-one-group-out" | "stratified" | "blocks";

/** Training rows and test rows, both in ascending order and without overlap. */
export interface Split {
  readonly trainIndex: Int32Array;
  readonly testIndex: Int32Array;
}

/** The training rows of a `Split`, divided once more: the second part is used for early stopping. */
export interface InnerSplit {
  readonly trainIndex: Int32Array;
  readonly validationIndex: Int32Array;
}

/** The positions of W windows of equal length; a `WindowSet` provides them. */
export interface WindowPositions {
  /** Samples per window. */
  readonly windowSize: number;
  readonly samplingRateHz: number;
  /** [W] first sample of each window, as an index into the samples shared by all windows. */
  readonly starts: Int32Array;
  /** [W] time of the first sample of each window, in seconds on its recording's clock. */
  readonly startTimes: Float64Array;
  /** [W] class, 0 or more. */
  readonly labels: Int32Array;
  /** [W] person. */
  readonly groups: Int32Array;
  /** [W] recording; recordings of different people have different numbers, even if they have the same name. */
  readonly recordingIndex: Int32Array;
  /** Names used in messages and reports. */
  readonly classes: readonly string[];
  readonly users: readonly string[];
}

/** The rows that satisfy `keep`, ascending. */
export function splitRowsWhere(length: number, keep: (row: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (keep(row)) rows.push(row);
  return Int32Array.from(rows);
}

/** Returns one `Split` per fold. The argument gives the fold that each row is tested in. */
export function splitsFromFolds(foldOfRow: Int32Array, nSplits: number): Split[] {
  return Array.from({ length: nSplits }, (_, fold) => ({
    trainIndex: splitRowsWhere(foldOfRow.length, (row) => foldOfRow[row] !== fold),
    testIndex: splitRowsWhere(foldOfRow.length, (row) => foldOfRow[row] === fold),
  }));
}

/** The rows of each class, in the order given. */
export function rowsToSplitByClass(rows: Iterable<number>, labels: Int32Array): Map<number, number[]> {
  return Map.groupBy(rows, (row) => labels[row]!);
}
