/** Effective size n m / (n + m), in rows, of a pair of samples; 0 if either is empty. */
export function effectiveSize(n: number, m: number): number {
  return n === 0 || m === 0 ? 0 : (n * m) / (n + m);
}
