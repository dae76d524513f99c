// Distances between two sets of shares that need no order: classes, or bins of a histogram. Both take counts or weights
// and are 0 for equal shares and 1 for shares that have nothing in common.

/** Total variation: the largest difference of probability that any set of categories shows; half the summed differences. */
export function totalVariation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = totals(a, b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! / n - b[i]! / m);
  return sum / 2;
}

/** Jensen-Shannon distance: the square root of the divergence to base 2, a metric (Endres and Schindelin 2003). */
export function jensenShannonDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = totals(a, b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i]! / n, b[i]! / m];
    const middle = (p + q) / 2;
    if (p > 0) sum += p * Math.log2(p / middle);
    if (q > 0) sum += q * Math.log2(q / middle);
  }
  return Math.sqrt(Math.max(0, sum / 2));
}

function totals(a: ArrayLike<number>, b: ArrayLike<number>): [number, number] {
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
