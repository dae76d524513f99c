// The windows of a minirocket fit after feature counting, as rows for a linear head to learn from.

import type { WindowSet } from "../../signals/data/windows.ts";
import type { FitPlan } from "./fit-plan.ts";
import type { HeadRows } from "./linear-head.ts";
import type { WindowCounts } from "./minirocket-statistics.ts";
import { gatherTrainingBatchTargets } from "./training-batch.ts";

/** A fit's counted windows. */
export interface CountedWindows {
  readonly windows: WindowSet;
  readonly classWeights: FitPlan["classWeights"];
  readonly counts: WindowCounts;
  /** Counts for a rotated copy of each window, in the same order; null without augmentation. */
  readonly turned: WindowCounts | null;
  /** Position of each window's counts. */
  readonly positions: ReadonlyMap<number, number>;
}

/** The windows in `index`, and their rotated copies if there are any. */
export function countedWindowsToLearn(counted: CountedWindows, index: readonly number[] | Int32Array): HeadRows[] {
  const own = countedWindowRows(counted, index);
  const { turned } = counted;
  return turned === null ? [own] : [own, { ...own, counts: turned }];
}

/** The windows in `index`, without rotated copies. */
export function countedWindowRows(
  { windows, counts, positions, classWeights }: CountedWindows,
  index: Iterable<number>,
): HeadRows {
  const classes = windows.classes.length;
  const rows = Int32Array.from(index);
  const targets = new Float32Array(rows.length * classes);
  gatherTrainingBatchTargets(windows.labels, rows, classWeights, classes, targets);
  return { counts, rows: rows.map((row) => positions.get(row)!), targets };
}
