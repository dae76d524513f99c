// Turns columns of raw values into a BatchSummary, at tens of millions of values per second. A table of equal cells over the
// grid's range narrows down a value's possible bins; a binary search among these finds the right one.

import { moments } from "../../stats/moments.ts";
import { type BatchSummary, batchSummaryChannel, type ChannelSummary } from "./batch-summary.ts";
import { isFormerSignal } from "./former-signals.ts";
import type { QuantileGrid } from "./quantile-grid.ts";

/**
 * Enough cells for most of them to hold at most one edge, but few enough for a table to fit into a processor's first-level
 * cache.
 */
const cells = 4096;

/** Raw values by channel name, in the units of the training data. */
export type Columns = Readonly<Record<string, Float32Array>>;

/** Summarises batches over one set of grids and builds the tables only once. */
export class Summarizer {
  readonly #counters: ReadonlyMap<string, BinCounter>;

  /** @param grids by channel name */
  constructor(grids: Readonly<Record<string, QuantileGrid>>) {
    this.#counters = new Map(Object.entries(grids).map(([name, edges]) => [name, new BinCounter(edges)]));
  }

  /**
   * Non-finite values count as missing.
   * @param columns the channels that have grids, in any order; other columns are ignored, and those of signals that only
   * earlier versions computed may be absent
   * @param start first row (default 0)
   * @param end row after the last (default: all)
   */
  summarize(columns: Columns, start?: number, end?: number): BatchSummary {
    const summaries: Record<string, ChannelSummary> = {};
    for (const [name, counter] of this.#counters) {
      const column = isFormerSignal(name)
        ? (columns[name] ?? missingColumn(columns))
        : batchSummaryChannel(columns, name);
      summaries[name] = counter.summarize(column.subarray(start, end));
    }
    return summaries;
  }
}

function missingColumn(columns: Columns): Float32Array {
  return new Float32Array(Object.values(columns)[0]?.length ?? 0).fill(Number.NaN);
}

class BinCounter {
  readonly #edges: Float32Array;
  /** For each cell, the bin at its left end. Cells beyond the last edge belong to the last bin. */
  readonly #firstBin: Uint16Array;
  readonly #cellsPerUnit: number;

  constructor(edges: QuantileGrid) {
    this.#edges = Float32Array.from(edges);
    const [first, last] = [edges[0]!, edges.at(-1)!];
    const rising = this.#edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > this.#edges[i - 1]!));
    if (!(edges.length > 0 && rising)) throw new RangeError("grid: expected strictly ascending finite edges");
    this.#cellsPerUnit = last > first ? cells / (last - first) : 0;
    this.#firstBin = new Uint16Array(cells + 2).fill(edges.length);
    let bin = edges.length;
    for (let cell = cells; cell >= 0; cell--) {
      while (bin > 0 && this.#cell(this.#edges[bin - 1]!) >= cell) bin--;
      this.#firstBin[cell] = bin;
    }
  }

  #cell(x: number): number {
    return Math.min(cells, Math.floor((x - this.#edges[0]!) * this.#cellsPerUnit));
  }

  summarize(values: Float32Array): ChannelSummary {
    const edges = this.#edges;
    const firstBin = this.#firstBin;
    const cellsPerUnit = this.#cellsPerUnit;
    const [first, last] = [edges[0]!, edges.at(-1)!];
    const counts = new Array<number>(edges.length + 1).fill(0);
    let [excessBelow, excessAbove, missing] = [0, 0, 0];
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      if (!(x - x === 0)) {
        missing++;
        continue;
      }
      if (x < min) min = x;
      if (x > max) max = x;
      if (x < first) {
        excessBelow += first - x;
        counts[0]! += 1;
      } else if (x >= last) {
        excessAbove += x - last;
        counts[edges.length]! += 1;
      } else {
        const cell = ((x - first) * cellsPerUnit) | 0;
        let low = firstBin[cell]!;
        let high = firstBin[cell + 1]!;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (edges[middle]! <= x) low = middle + 1;
          else high = middle;
        }
        counts[low]! += 1;
      }
    }
    const n = values.length - missing;
    const shape = { counts, excessBelow, excessAbove };
    if (n === 0) return { n, missing, mean: 0, std: 0, min: 0, max: 0, ...shape };
    const { mean, std } = moments(missing === 0 ? values : values.filter(Number.isFinite));
    // Adding 0 turns -0 into 0, as JSON does.
    return { n, missing, mean: mean + 0, std, min: min + 0, max: max + 0, ...shape };
  }
}
