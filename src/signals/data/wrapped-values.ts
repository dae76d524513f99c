// Recognises raw counts of a signed sensor that were written as unsigned integers: -1 as 65535. Whenever the signal crosses
// zero, such values jump by almost the whole range.

/** Sizes of the ranges of 8, 10, 12, 14 and 16 bits. */
const sizes: readonly number[] = [2 ** 8, 2 ** 10, 2 ** 12, 2 ** 14, 2 ** 16];
/** Minimum share of the range that the values must cover. */
const leastRange = 0.9;
/** Minimum number of jumps over more than half of the range. */
const leastJumps = 10;
/** Maximum change from row to row after the wrapping is undone, as a multiple of the change between the values as written. */
const mostChange = 0.5;

/** Returns the size of the range at which the values wrap; undefined if they do not. @param values finite values */
export function sizeOfWrappedValues(values: Float32Array): number | undefined {
  let largest = 0;
  for (const value of values) {
    if (value < 0 || !Number.isInteger(value)) return undefined;
    if (value > largest) largest = value;
  }
  const size = sizes.find((bits) => largest < bits);
  if (size === undefined || largest < leastRange * size) return undefined;
  const signed = (value: number): number => (value >= size / 2 ? value - size : value);
  let [jumps, asWritten, unwrapped] = [0, 0, 0];
  for (let i = 1; i < values.length; i++) {
    const change = Math.abs(values[i]! - values[i - 1]!);
    if (change > size / 2) jumps++;
    asWritten += change;
    unwrapped += Math.abs(signed(values[i]!) - signed(values[i - 1]!));
  }
  return jumps >= leastJumps && unwrapped <= mostChange * asWritten ? size : undefined;
}
