/** Rounds to nine significant digits and nine decimal places; beyond that, sums of steps are only rounding noise. */
export function withoutRoundingNoise(value: number): number {
  return Number(Number(value.toPrecision(9)).toFixed(9));
}
