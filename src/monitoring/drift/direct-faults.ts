// Finds faults that are visible in a channel's samples and cannot be reversed: a channel is stuck, or it is clipped at a limit.

import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { BatchSummary, ChannelSummary } from "../summaries/batch-summary.ts";
import type { Columns } from "../summaries/summarize.ts";
import type { Culprit } from "./culprit.ts";

/**
 * Maximum number of grid edges for a channel to count as coarse. Such a channel repeats values even in the training data and is
 * therefore not judged.
 */
const mostCoarseEdges = 128;
/** A channel may be stuck if it repeats one value for at least this many seconds; arbitrary. */
export const stuckSeconds = 1;
/** A channel is stuck if more than this share of its rows belongs to runs of at least `stuckSeconds`. */
export const stuckShare = 0.05;
/**
 * A channel may be clipped if more than this share of its rows lies at one end of its range while the training data and the
 * stream's own past, if any, extend further.
 */
const clippedShare = 0.02;
/**
 * A channel is clipped only if the end value occurs more than this many times as often as each value in between, because a
 * channel at rest takes on few values.
 */
const clippedRatio = 2;

/**
 * Finds stuck and clipped channels; those with the largest share of faulty samples come first.
 * @param columns [N] samples of each channel
 * @param own summaries of the stream's own past
 */
export function directFaults(
  columns: Columns,
  baseline: BaselineReference,
  own: readonly BatchSummary[],
  samplingRateHz: number,
): Culprit[] {
  const longRun = Math.max(2, Math.round(stuckSeconds * samplingRateHz));
  return Object.keys(columns)
    .filter((name) => baseline[name]!.edges.length > mostCoarseEdges)
    .flatMap((name) => {
      const training = baseline[name]!.summary;
      const past = own.map((batch) => batch[name]!);
      const seen = past.length === 0 ? [[training]] : [[training], past];
      return directFaultsOfChannel(name, columns[name]!, seen, longRun);
    })
    .sort((a, b) => b.weight - a.weight);
}

function directFaultsOfChannel(
  name: string,
  values: Float32Array,
  seen: readonly (readonly Pick<ChannelSummary, "min" | "max">[])[],
  longRun: number,
): Culprit[] {
  const n = values.length;
  if (n < 2) return [];
  const channels = [name];
  let [repeated, run, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    run = i > 0 && values[i] === values[i - 1] ? run + 1 : 1;
    if (run === longRun) repeated += longRun;
    else if (run > longRun) repeated++;
    if (values[i]! < min) min = values[i]!;
    if (values[i]! > max) max = values[i]!;
  }
  const mode = directFaultCount(values, [min, max]);
  const clipped = [
    { end: max, goesOn: seen.every((side) => side.some((batch) => batch.max > max)) },
    { end: min, goesOn: seen.every((side) => side.some((batch) => batch.min < min)) },
  ].flatMap(({ end, goesOn }): Culprit[] => {
    const count = values.reduce((sum, value) => sum + (value === end ? 1 : 0), 0);
    const fault = `is cut off at ${Number(end.toPrecision(4))}`;
    const isPile = count > clippedShare * n && count > clippedRatio * mode;
    return isPile && goesOn ? [{ kind: "clipped channel", channels, fault, weight: count / n }] : [];
  });
  if (clipped.length > 0 && min < max) return clipped;
  const weight = repeated / n;
  return weight > stuckShare ? [{ kind: "stuck channel", channels, fault: "repeats its value", weight }] : [];
}

/** Number of occurrences of the most frequent value, not counting the values in `apart`. */
function directFaultCount(values: Float32Array, apart: readonly number[]): number {
  const sorted = values.slice().sort();
  let [most, run] = [0, 0];
  for (let i = 0; i < sorted.length; i++) {
    run = i > 0 && sorted[i] === sorted[i - 1] ? run + 1 : 1;
    if (run > most && !apart.includes(sorted[i]!)) most = run;
  }
  return most;
}
