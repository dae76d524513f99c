// The bins that a batch's values are counted in. Each bin contains about an equal share of the training data, so bins are
// narrow where values are dense, whatever the unit. Bin i holds edges[i - 1] <= x < edges[i]; the first and last bins are
// open-ended. The edges are frozen with the baseline, so counts from any times, devices and batches can be added and compared.

/** Edges in ascending order; there is one edge fewer than bins. */
export type QuantileGrid = readonly number[];

/** Enough bins that a KS distance on the grid is within 1/256 of the distance between raw values. */
const defaultBins = 256;

/**
 * Edges at the quantiles i / nBins. A value that spans several quantiles gets a bin of its own, which ends at the next float32.
 * A constant channel has three bins: below, equal and above.
 * @param sorted ascending finite float32 values, at least one
 * @returns 1 to nBins - 1 strictly ascending float32 numbers
 */
export function quantileGrid(sorted: Float32Array, nBins: number = defaultBins): number[] {
  const n = sorted.length;
  if (n === 0) throw new RangeError("quantile grid: expected at least one value, got none");
  if (!(Number.isInteger(nBins) && nBins >= 3))
    throw new RangeError(`quantile grid: expected 3 or more bins, got ${nBins}`);
  if (!(Number.isFinite(sorted[0]) && Number.isFinite(sorted[n - 1]))) {
    throw new RangeError(`quantile grid: expected finite values, got a range of ${sorted[0]} to ${sorted[n - 1]}`);
  }
  const edges: number[] = [];
  for (let i = 1; i < nBins; i++) {
    const edge = sorted[Math.floor((n * i) / nBins)]!;
    const last = edges.at(-1);
    if (last === undefined || edge > last) edges.push(edge);
    else if (edge === last && Number.isFinite(nextGridFloat(edge))) edges.push(nextGridFloat(edge));
  }
  return edges;
}

/** The smallest float32 above x. */
function nextGridFloat(x: number): number {
  const value = Float32Array.of(x === 0 ? 0 : x);
  const bits = new Int32Array(value.buffer);
  bits[0]! += x >= 0 ? 1 : -1;
  return value[0]!;
}
