/**
 * A share in whole millionths, so that sums are exact in any order. Rounding may put a computed share slightly below 0 or above
 * 1; its millionths stay within range.
 */
export function millionths(share: number): number {
  return Math.round(share * 1e6);
}
