// Finds stuck axes: axes that repeat one value exactly while the other two axes of the sensor move, although any movement, and
// even noise, changes all three. No calibration is needed, so even a stream's first batch can be judged. Two kinds of
// repetition do not count: coarsely rounded values mostly stay the same on all axes, and an axis whose values pile up at a
// limit is clipped there (direct-faults.ts). Dimensions: N samples.

import type { Axes } from "../../signals/sensors/sensor.ts";
import { moments } from "../../stats/moments.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { ChannelSummary } from "../summaries/batch-summary.ts";
import type { Columns } from "../summaries/summarize.ts";
import { stuckSeconds } from "./direct-faults.ts";

/** An axis that is stuck for part of a batch. */
export interface StuckAxis {
  readonly channel: string;
  readonly seconds: number;
  /** Share of the batch's samples. */
  readonly share: number;
}

/**
 * The other axes move if their standard deviation exceeds this share of that in the training data; chosen on one half of the
 * people in WISDM and MotionSense.
 */
const leastMovement = 0.1;
/** The values of a moving axis are coarse if at most this share of its samples differs from the previous sample; arbitrary. */
const leastChanges = 0.5;

/**
 * Stuck axes of one sensor.
 * @param columns [N] samples of each channel, in time order
 * @param baseline of the channels. An axis that has no entry is not judged. Nor is a value at an edge of the grid, because a
 * coarse sensor, or one with a dead band, may often repeat it
 */
export function stuckAxes(
  columns: Columns,
  axes: Axes,
  baseline: BaselineReference,
  samplingRateHz: number,
): StuckAxis[] {
  const shortestRun = Math.max(2, Math.round(stuckSeconds * samplingRateHz));
  const moves = (channel: string, from: number, to: number): boolean => {
    const usual = baseline[channel]?.summary.std;
    const part = columns[channel]!.subarray(from, to);
    return (
      usual !== undefined &&
      moments(part).std > leastMovement * usual &&
      changesOfStuckAxis(part) > leastChanges * part.length
    );
  };
  return axes.flatMap((channel) => {
    const [column, known] = [columns[channel]!, baseline[channel]];
    if (known === undefined) return [];
    const explained = [...known.edges, ...limitsOfStuckAxis(column, known.summary)];
    let stuck = 0;
    for (const [from, to] of runsOfStuckAxis(column, shortestRun)) {
      if (explained.includes(column[from]!)) continue;
      if (axes.every((other) => other === channel || moves(other, from, to))) stuck += to - from;
    }
    return stuck === 0 ? [] : [{ channel, seconds: stuck / samplingRateHz, share: stuck / column.length }];
  });
}

/** The runs of at least this many equal values, each given by its first sample and the sample after its last. */
function runsOfStuckAxis(column: Float32Array, shortest: number): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (let from = 0, to = 1; from < column.length; from = to++) {
    while (to < column.length && column[to] === column[from]) to++;
    if (to - from >= shortest) runs.push([from, to]);
  }
  return runs;
}

/** Number of samples that differ from the previous sample. */
function changesOfStuckAxis(column: Float32Array): number {
  return column.reduce((changes, value, i) => (i > 0 && value !== column[i - 1] ? changes + 1 : changes), 0);
}

/**
 * The ends of a column's range at which it may be clipped: the training data goes beyond them, and there are other values close
 * by. By contrast, an axis that is stuck at an end, or whose samples are replaced by 0, jumps to that value.
 */
function limitsOfStuckAxis(column: Float32Array, usual: Pick<ChannelSummary, "min" | "max" | "std">): number[] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < column.length; i++) {
    least = Math.min(least, column[i]!);
    most = Math.max(most, column[i]!);
  }
  let second = most;
  let secondMost = least;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (value > least) second = Math.min(second, value);
    if (value < most) secondMost = Math.max(secondMost, value);
  }
  const near = leastMovement * usual.std;
  const isLimit = (end: number, next: number): boolean => end !== next && Math.abs(next - end) < near;
  return [
    ...(usual.min < least && isLimit(least, second) ? [least] : []),
    ...(usual.max > most && isLimit(most, secondMost) ? [most] : []),
  ];
}
