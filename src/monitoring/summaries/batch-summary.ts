// The stored summary of a batch: the size, moments and range of each channel, and its counts over the baseline's grid. Counts
// are integers, so they can be added exactly over chunks, batches and devices, in any order. No raw values are kept.

import { MomentsMerger } from "../../stats/moments.ts";

/** Counts and moments of one channel of a batch. */
export interface ChannelSummary {
  /** Number of finite values. */
  readonly n: number;
  /** Number of NaN and infinite values. */
  readonly missing: number;
  /** Mean of the finite values; 0 if n is 0. All fields below likewise describe only the finite values. */
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  /** Smallest value. */
  readonly min: number;
  /** Largest value. */
  readonly max: number;
  /** Count per bin of the grid, including the two open tails; they sum to n. */
  readonly counts: readonly number[];
  /** Sum of the distances from the grid's first edge, over the values below it. */
  readonly excessBelow: number;
  /** Sum of the distances from the grid's last edge, over the values above it. */
  readonly excessAbove: number;
}

/** Summaries by channel name. */
export type BatchSummary = Readonly<Record<string, ChannelSummary>>;

/**
 * The counts of some bins; all others are 0. Both lists are slices of longer lists shared by several summaries, which avoids
 * copying.
 */
export interface SparseCounts {
  /** Number of all bins. */
  readonly size: number;
  readonly bins: Uint16Array;
  readonly values: Uint32Array;
  /** Position of the first count in both lists, and the position after the last one. */
  readonly from: number;
  readonly to: number;
}

/** The counts and moments of one channel, with the counts in full or as `SparseCounts`. */
export interface MergeableChannel extends Omit<ChannelSummary, "counts"> {
  readonly counts: readonly number[] | SparseCounts;
}
export type MergeableSummary = Readonly<Record<string, MergeableChannel>>;

/**
 * Merges summaries into one over all their values. Counts are exact; moments are merged as in `mergeMoments`.
 * @param summaries at least one summary; all have the same channels and grid
 */
export function mergeBatchSummaries(summaries: readonly MergeableSummary[]): BatchSummary {
  const [first, ...others] = summaries;
  if (first === undefined) throw new RangeError("merge: expected at least one summary, got none");
  const merged: Record<string, ChannelSummary> = {};
  for (const name of Object.keys(first)) {
    const channel = new ChannelMerger(first[name]!);
    for (const summary of others) channel.add(batchSummaryChannel(summary, name));
    merged[name] = channel.end();
  }
  return merged;
}

/** Merges like `mergeBatchSummaries`, but takes one summary after another, so that none has to be kept. */
export class SummaryMerger {
  readonly #channels: ReadonlyMap<string, ChannelMerger>;

  constructor(first: MergeableSummary) {
    this.#channels = new Map(Object.entries(first).map(([name, channel]) => [name, new ChannelMerger(channel)]));
  }

  add(summary: MergeableSummary): void {
    for (const [name, channel] of this.#channels) channel.add(batchSummaryChannel(summary, name));
  }

  merged(): BatchSummary {
    return Object.fromEntries([...this.#channels].map(([name, channel]) => [name, channel.merged()]));
  }
}

/**
 * Returns `whole` without `part`, which must be contained in it (as in "the baseline without this person"). Counts are exact.
 * The result keeps the range of `whole`, which may therefore be too wide.
 */
export function subtractBatchSummary(whole: BatchSummary, part: BatchSummary): BatchSummary {
  return Object.fromEntries(
    Object.entries(whole).map(([name, all]) => [
      name,
      subtractBatchSummaryChannel(name, all, batchSummaryChannel(part, name)),
    ]),
  );
}

/** @throws RangeError if the batch does not have the channel */
export function batchSummaryChannel<T>(summary: Readonly<Record<string, T>>, name: string): T {
  const channel = summary[name];
  if (channel === undefined) {
    throw new RangeError(`summary: expected a channel "${name}", got ${Object.keys(summary).join(", ")}`);
  }
  return channel;
}

function binsOfBatchSummary(counts: MergeableChannel["counts"]): number {
  return "bins" in counts ? counts.size : counts.length;
}

class ChannelMerger {
  readonly #first: MergeableChannel;
  readonly #counts: number[];
  readonly #moments = new MomentsMerger();
  #missing = 0;
  #excessBelow = 0;
  #excessAbove = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(first: MergeableChannel) {
    this.#first = first;
    this.#counts = new Array<number>(binsOfBatchSummary(first.counts)).fill(0);
    this.add(first);
  }

  add(part: MergeableChannel): void {
    const counts = this.#counts;
    const added = part.counts;
    if (binsOfBatchSummary(added) !== counts.length) {
      throw new RangeError(`merge: expected equal grids, got ${counts.length} and ${binsOfBatchSummary(added)} bins`);
    }
    this.#missing += part.missing;
    if (part.n === 0) return;
    this.#moments.add(part);
    this.#min = Math.min(this.#min, part.min);
    this.#max = Math.max(this.#max, part.max);
    this.#excessBelow += part.excessBelow;
    this.#excessAbove += part.excessAbove;
    if ("bins" in added) {
      const { bins, values, from, to } = added;
      for (let i = from; i < to; i++) counts[bins[i]!]! += values[i]!;
    } else {
      for (let bin = 0; bin < counts.length; bin++) counts[bin]! += added[bin]!;
    }
  }

  merged(): ChannelSummary {
    return { ...this.end(), counts: [...this.#counts] };
  }

  /** Returns the result without copying the counts; no summary may be added after that. */
  end(): ChannelSummary {
    const { n, mean, std } = this.#moments.merged();
    const [missing, counts] = [this.#missing, this.#counts];
    if (n === 0) return { ...this.#first, counts, missing };
    const excess = { excessBelow: this.#excessBelow, excessAbove: this.#excessAbove };
    return { n, missing, mean, std, min: this.#min, max: this.#max, counts, ...excess };
  }
}

function subtractBatchSummaryChannel(name: string, whole: ChannelSummary, part: ChannelSummary): ChannelSummary {
  const counts = whole.counts.map((count, bin) => count - part.counts[bin]!);
  const n = whole.n - part.n;
  if (!(n > 0 && counts.every((count) => count >= 0))) {
    throw new RangeError(`subtract: channel "${name}": the part is not contained in the whole, or is all of it`);
  }
  const mean = whole.mean - (part.n / n) * (part.mean - whole.mean);
  const between = ((part.mean - mean) ** 2 * n * part.n) / whole.n;
  const squares = whole.n * whole.std ** 2 - part.n * part.std ** 2 - between;
  return {
    n,
    missing: whole.missing - part.missing,
    mean,
    std: Math.sqrt(Math.max(0, squares) / n),
    min: whole.min,
    max: whole.max,
    counts,
    excessBelow: Math.max(0, whole.excessBelow - part.excessBelow),
    excessAbove: Math.max(0, whole.excessAbove - part.excessAbove),
  };
}

/** Number of rows in a summary, including missing values; 0 if the summary is null. */
export function batchSummaryRows(summary: BatchSummary | null): number {
  if (summary === null) return 0;
  return Math.max(0, ...Object.values(summary).map(({ n, missing }) => n + missing));
}
