/** Arithmetic mean, computed by adding the numbers in order; NaN if there are none. `moments` is more precise but slower. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
