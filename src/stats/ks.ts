/**
 * Kolmogorov-Smirnov distance of two histograms over the same bins: the largest difference of their cumulative shares.
 * It is a lower bound of the distance on raw values, which is larger by at most the largest share of a bin.
 * @param a non-negative counts or weights with a sum above 0
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
 * The probability of a distance of at least `distance` between two samples of one continuous distribution that are worth
 * `n` and `m` independent values. It is Kolmogorov's limit with Stephens' correction for small samples (1970). Effective
 * sample sizes make it allow for serial correlation (Lanzante 2021).
 */
export function ksPValue(distance: number, n: number, m: number): number {
  if (!(distance >= 0 && distance <= 1 && n > 0 && m > 0)) {
    throw new RangeError(`ks: expected a distance in 0..1 and sizes above 0, got ${distance}, ${n} and ${m}`);
  }
  const root = Math.sqrt((n * m) / (n + m));
  return kolmogorovSurvival((root + 0.12 + 0.11 / root) * distance);
}

/** P(K > x) for Kolmogorov's distribution, from whichever of its two series converges quickly. */
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
