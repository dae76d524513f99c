export interface Moments {
  readonly mean: number;
  /** Population standard deviation (divided by n, NumPy's default). */
  readonly std: number;
}

/**
 * Mean and standard deviation in float64, in two passes. The first pass sums differences from the first number, so the standard
 * deviation of equal numbers is exactly 0. The second pass uses deviations from the mean and removes the rounding error in
 * their sum (Chan, Golub and LeVeque 1983), so a large offset does not reduce the precision.
 * @param values at least one number
 */
export function moments(values: ArrayLike<number>): Moments {
  const n = values.length;
  if (n === 0) throw new RangeError("moments: expected at least one number, got none");
  const origin = values[0]!;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]! - origin;
  const mean = origin + sum / n;
  let squares = 0;
  let residual = 0;
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - mean;
    squares += deviation * deviation;
    residual += deviation;
  }
  return { mean: mean + residual / n, std: Math.sqrt(Math.max(0, squares - (residual * residual) / n) / n) };
}

/**
 * Moments of all values combined, by Chan, Golub and LeVeque's formula (1979); parts without values are ignored.
 * @returns n = 0, mean = 0 and std = 0 if no part has a value
 */
export function mergeMoments(parts: readonly (Moments & { readonly n: number })[]): Moments & { readonly n: number } {
  const merger = new MomentsMerger();
  for (const part of parts) merger.add(part);
  return merger.merged();
}

/** Does the same as `mergeMoments` but takes one part at a time. */
export class MomentsMerger {
  #n = 0;
  #mean = 0;
  #squares = 0;

  add(part: Moments & { readonly n: number }): void {
    if (part.n === 0) return;
    const n = this.#n;
    const distance = part.mean - this.#mean;
    this.#squares += part.n * part.std ** 2 + (distance * distance * n * part.n) / (n + part.n);
    this.#n += part.n;
    this.#mean += (distance * part.n) / this.#n;
  }

  merged(): Moments & { readonly n: number } {
    const n = this.#n;
    return { n, mean: this.#mean, std: n === 0 ? 0 : Math.sqrt(this.#squares / n) };
  }
}
