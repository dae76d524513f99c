// Distances between two sides' shares over categories whose order does not matter, such as classes or histogram bins. Both
// functions take counts. They return 0 for equal shares and 1 for disjoint ones, and rounding never takes the result outside
// 0..1.

/** Total variation: the largest difference in probability over all sets of categories. */
export function totalVariationDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = shareTotals(a, b);
  // The maximising set consists of all categories with a larger share in a. Counts can be added exactly, unlike shares. The
  // result is the difference of two quotients in 0..1, the first of which is the larger.
  let [inA, inB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!(a[i]! / n > b[i]! / m)) continue;
    inA += a[i]!;
    inB += b[i]!;
  }
  return inA / n - inB / m;
}

/**
 * Jensen-Shannon distance: the square root of the Jensen-Shannon divergence in bits. It is a metric (Endres and Schindelin
 * 2003). The divergence is computed as the average information that a value's category gives about which side it comes from.
 */
export function jensenShannonDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = shareTotals(a, b);
  let told = 0;
  let weights = 0;
  for (let i = 0; i < a.length; i++) {
    const p = a[i]! / n;
    const q = b[i]! / m;
    if (p + q === 0) continue;
    told += (p + q) * bitsFromShares(p, q);
    weights += p + q;
  }
  return Math.sqrt(told / weights);
}

/**
 * Returns 1 minus the binary entropy of p / (p + q), in bits. Each formula is used only where rounding cannot push its result
 * outside 0..1.
 */
function bitsFromShares(p: number, q: number): number {
  const lesser = Math.min(p, q) / (p + q);
  if (lesser === 0) return 1;
  if (lesser < 0.25) return 1 + lesser * Math.log2(lesser) + (1 - lesser) * Math.log2(1 - lesser);
  const lead = Math.abs(p - q) / (p + q);
  return (2 * lead * Math.atanh(lead) + Math.log1p(-lead * lead)) / (2 * Math.LN2);
}

function shareTotals(a: ArrayLike<number>, b: ArrayLike<number>): [number, number] {
  let [n, m] = [0, 0];
  for (let i = 0; i < a.length; i++) n += a[i]!;
  for (let i = 0; i < b.length; i++) m += b[i]!;
  if (!(a.length === b.length && n > 0 && m > 0)) {
    throw new RangeError(
      `shares: expected equal categories with counts, got ${a.length} (${n}) and ${b.length} (${m})`,
    );
  }
  return [n, m];
}
