/**
 * Quantiles of sorted numbers, with linear interpolation between the two nearest ones (NumPy's default; Hyndman and Fan's type
 * 7).
 * @param sorted ascending, at least one number
 * @param probabilities each in [0, 1]
 */
export function quantiles(sorted: ArrayLike<number>, probabilities: readonly number[]): number[] {
  const last = sorted.length - 1;
  if (last < 0) throw new RangeError("quantiles: expected at least one number, got none");
  return probabilities.map((p) => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`quantiles: expected a probability in [0, 1], got ${p}`);
    const position = last * p;
    const below = Math.floor(position);
    const fraction = position - below;
    const a = sorted[below]!;
    const b = sorted[Math.min(last, below + 1)]!;
    // Interpolates from the nearer end, like NumPy, so that the result stays in [a, b].
    return fraction < 0.5 ? a + (b - a) * fraction : b - (b - a) * (1 - fraction);
  });
}
