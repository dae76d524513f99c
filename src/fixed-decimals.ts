/** Formats a number with `digits` decimals: 0.94321 -> "0.943". A number that rounds to zero has no sign. */
export function fixedDecimals(value: number, digits: number): string {
  return value.toFixed(digits).replace(/^-(?=[0.]+$)/, "");
}
