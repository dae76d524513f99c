/** Effective size n m / (n + m) of a pair of samples, in rows; 0 if either sample is empty. */
export function effectiveSize(n: number, m: number): number {
  return n === 0 || m === 0 ? 0 : (n * m) / (n + m);
}
