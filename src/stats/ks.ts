/**
 * Kolmogorov-Smirnov distance between two histograms over the same bins: the largest difference between their cumulative
 * shares. It is a lower bound on the distance between the raw values, which is larger by at most the largest share in any bin.
 * @param a non-negative counts or weights with a sum above 0, like `b`
 */
export function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [totalA, totalB] = [sumKsCounts(a), sumKsCounts(b)];
  if (!(a.length === b.length && totalA > 0 && totalB > 0)) {
    throw new RangeError(
      `ks: expected two histograms of equal length with counts, got ${a.length} bins (${totalA}) and ${b.length} (${totalB})`,
    );
  }
  let [below, belowOther, largest] = [0, 0, 0];
  for (let bin = 0; bin < a.length; bin++) {
    below += a[bin]!;
    belowOther += b[bin]!;
    largest = Math.max(largest, Math.abs(below / totalA - belowOther / totalB));
  }
  return largest;
}

/**
 * The probability that two samples of `n` and `m` independent values from the same continuous distribution are at least
 * `distance` apart. Computed as Kolmogorov's limit with Stephens' small-sample correction (1970). For serially correlated
 * samples, pass their effective sizes (Lanzante 2021).
 */
export function ksPValue(distance: number, n: number, m: number): number {
  if (!(distance >= 0 && distance <= 1 && n > 0 && m > 0)) {
    throw new RangeError(`ks: expected a distance in 0..1 and sizes above 0, got ${distance}, ${n} and ${m}`);
  }
  const root = Math.sqrt((n * m) / (n + m));
  return kolmogorovSurvival((root + 0.12 + 0.11 / root) * distance);
}

/** P(K > x) for Kolmogorov's distribution, using whichever of its two series converges faster. */
export function kolmogorovSurvival(x: number): number {
  if (!(x > 0)) return 1;
  if (x < 1) {
    const factor = Math.exp(-(Math.PI ** 2) / (8 * x * x));
    if (factor === 0) return 1;
    const sum = factor + factor ** 9 + factor ** 25 + factor ** 49;
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1; k <= 6; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}

function sumKsCounts(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) sum += counts[bin]!;
  return sum;
}
