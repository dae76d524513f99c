/**
 * Rounds to nine significant digits and nine decimal places; in sums of steps, any digits beyond that are only rounding noise.
 */
export function withoutRoundingNoise(value: number): number {
  return Number(Number(value.toPrecision(9)).toFixed(9));
}
