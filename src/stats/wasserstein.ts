/** Counts over bins with open tails, and how far the values in the tails lie beyond the outermost edges. */
export interface OpenHistogram {
  /** One entry more than there are edges. */
  readonly counts: ArrayLike<number>;
  /** Sum of the distances between the first edge and the values below it. */
  readonly excessBelow: number;
  /** Sum of the distances between the last edge and the values above it. */
  readonly excessAbove: number;
}

/**
 * Wasserstein-1 distance between two histograms over the same bins, in the unit of the edges: the area between the two
 * cumulative distributions. Assumes that the values in a bin are spread evenly over it. In a tail, the area is the difference
 * between the mean excesses, which is exact unless the two distributions cross there.
 * @param edges at least one edge, in ascending order
 */
export function wassersteinDistance(a: OpenHistogram, b: OpenHistogram, edges: ArrayLike<number>): number {
  const [n, m] = [sumWassersteinCounts(a.counts), sumWassersteinCounts(b.counts)];
  if (!(n > 0 && m > 0 && a.counts.length === edges.length + 1 && b.counts.length === edges.length + 1)) {
    throw new RangeError(
      `wasserstein: expected counts in ${edges.length + 1} bins, got ${n} in ${a.counts.length} and ${m} in ${b.counts.length}`,
    );
  }
  let area = Math.abs(a.excessBelow / n - b.excessBelow / m) + Math.abs(a.excessAbove / n - b.excessAbove / m);
  let [belowA, belowB] = [a.counts[0]!, b.counts[0]!];
  let left = belowA / n - belowB / m;
  for (let bin = 1; bin < edges.length; bin++) {
    belowA += a.counts[bin]!;
    belowB += b.counts[bin]!;
    const right = belowA / n - belowB / m;
    area += (edges[bin]! - edges[bin - 1]!) * meanWassersteinGap(left, right);
    left = right;
  }
  return area;
}

/** Mean of |y| along a straight line from `left` to `right`. */
function meanWassersteinGap(left: number, right: number): number {
  const sum = Math.abs(left) + Math.abs(right);
  if (left * right >= 0) return sum / 2;
  return (left * left + right * right) / (2 * sum);
}

function sumWassersteinCounts(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) sum += counts[bin]!;
  return sum;
}
