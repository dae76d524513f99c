import type { Rng } from "../random.ts";

/**
 * Row numbers of a resampled series (Politis and Romano 1994): stretches of geometric length with the given mean, each
 * from a random start, wrapping at the end. Keeps the dependence between neighbours, and the result is stationary.
 * @param n rows to draw from, at least 1
 * @param meanLength of a stretch, at least 1; 1 draws every row independently
 * @param size rows to draw (n when not given)
 */
export function stationaryBootstrap(n: number, meanLength: number, rng: Rng, size: number = n): Uint32Array {
  if (!(Number.isInteger(n) && n > 0)) throw new RangeError(`bootstrap: expected at least one row, got ${n}`);
  if (!(meanLength >= 1)) throw new RangeError(`bootstrap: expected a mean length of at least 1, got ${meanLength}`);
  const rows = new Uint32Array(size);
  for (let i = 0; i < size; i++) {
    const starts = i === 0 || rng.uniform() < 1 / meanLength;
    rows[i] = starts ? rng.integer(n) : (rows[i - 1]! + 1) % n;
  }
  return rows;
}
