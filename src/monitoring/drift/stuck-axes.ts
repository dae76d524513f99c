// An axis that repeats one value exactly while the other two axes of its sensor move is stuck: no movement and no noise leaves
// one axis of three untouched. No calibration is needed, so this holds for the first batch of a stream. Dimensions: N samples.

import type { Axes } from "../../signals/sensors/sensor.ts";
import { moments } from "../../stats/moments.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { Columns } from "../summaries/summarize.ts";

/** An axis that is stuck for some of a batch. */
export interface StuckAxis {
  readonly channel: string;
  readonly seconds: number;
  /** Of the batch's samples. */
  readonly share: number;
}

/** Shortest time for which one value is repeated. */
const leastSeconds = 1;
/** The other axes move if their standard deviation is at least this share of that in the training data. */
const leastMovement = 0.1;

/**
 * Stuck axes of one sensor.
 * @param columns [N] samples of each channel, in order of time
 * @param baseline of the channels; an axis without an entry is not judged. A value at an edge of the grid may be one that the
 *   sensor often repeats, because it is coarse or has a dead band, and is not judged either
 */
export function stuckAxes(
  columns: Columns,
  axes: Axes,
  baseline: BaselineReference,
  samplingRateHz: number,
): StuckAxis[] {
  const longest = Math.max(2, Math.round(leastSeconds * samplingRateHz));
  const moves = (channel: string, from: number, to: number): boolean => {
    const usual = baseline[channel]?.summary.std;
    return usual !== undefined && moments(columns[channel]!.subarray(from, to)).std > leastMovement * usual;
  };
  return axes.flatMap((channel) => {
    const [column, edges] = [columns[channel]!, baseline[channel]?.edges];
    if (edges === undefined) return [];
    let stuck = 0;
    for (let from = 0, to = 1; from < column.length; from = to++) {
      while (to < column.length && column[to] === column[from]) to++;
      if (to - from < longest || edges.includes(column[from]!)) continue;
      if (axes.every((other) => other === channel || moves(other, from, to))) stuck += to - from;
    }
    return stuck === 0 ? [] : [{ channel, seconds: stuck / samplingRateHz, share: stuck / column.length }];
  });
}
