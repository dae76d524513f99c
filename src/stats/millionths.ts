/**
 * A share in whole millionths, so that sums are exact in any order. The last digits of a share that was computed may put it
 * beyond 0 or 1; its millionths are not.
 */
export function millionths(share: number): number {
  return Math.round(share * 1e6);
}
