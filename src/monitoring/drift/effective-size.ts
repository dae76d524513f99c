/** Effective size of a pair of samples, in rows; 0 if either side is empty. */
export function effectiveSize(n: number, m: number): number {
  return n === 0 || m === 0 ? 0 : (n * m) / (n + m);
}
