import { firstNotBelow } from "./first-not-below.ts";

export interface Histogram {
  readonly counts: number[];
  /** In ascending order; one more than there are counts. */
  readonly binEdges: number[];
}

/**
 * Counts in equal-width bins from the smallest to the largest number, like `numpy.histogram` for float64: a bin includes its
 * left edge but not its right edge, except that the last bin includes both. If all numbers equal x, the bins span x - 0.5 to x
 * + 0.5.
 * @param sorted ascending finite numbers, at least one
 */
export function histogram(sorted: ArrayLike<number>, nBins: number): Histogram {
  const n = sorted.length;
  if (n === 0) throw new RangeError("histogram: expected at least one number, got none");
  const constant = sorted[0] === sorted[n - 1];
  const first = sorted[0]! - (constant ? 0.5 : 0);
  const last = sorted[n - 1]! + (constant ? 0.5 : 0);
  const step = (last - first) / nBins;
  const binEdges = Array.from({ length: nBins + 1 }, (_, i) => (i === nBins ? last : first + i * step));
  const counts: number[] = [];
  let below = 0;
  for (let bin = 0; bin < nBins; bin++) {
    const end = bin === nBins - 1 ? n : firstNotBelow(sorted, binEdges[bin + 1]!);
    counts.push(end - below);
    below = end;
  }
  return { counts, binEdges };
}
