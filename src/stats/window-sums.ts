// Sums over a moving window. No matter where the input begins, each sum adds the same values in the same order. A part of a
// series therefore has exactly the same sums as the whole series, which would not be true of a running total.

/**
 * [N - width + 1] sums of `width` consecutive values, computed from blocks of doubling length: about 2 log2(width) additions
 * each.
 * @param values [N]
 * @param width a whole number above 0; a series shorter than this has no sums
 */
export function windowSums(values: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(Math.max(0, values.length - width + 1));
  const blocks = values.slice();
  let done = 0;
  for (let length = 1; length <= width; length *= 2) {
    if ((width & length) !== 0) {
      for (let i = 0; i < sums.length; i++) sums[i]! += blocks[i + done]!;
      done += length;
    }
    if (2 * length > width) break;
    for (let i = 0; i + 2 * length <= values.length; i++) blocks[i]! += blocks[i + length]!;
  }
  return sums;
}

/**
 * The same sums as `windowSums`, but only those of adjacent windows: from index `first` on, every `width` values.
 */
export function adjacentWindowSums(values: ArrayLike<number>, width: number, first = 0): Float64Array {
  const sums = new Float64Array(Math.max(0, Math.floor((values.length - first) / width)));
  const blocks = new Float64Array(width);
  for (let w = 0, at = first; w < sums.length; w++, at += width) {
    for (let i = 0; i < width; i++) blocks[i] = values[at + i]!;
    let done = 0;
    for (let length = 1; length <= width; length *= 2) {
      if ((width & length) === 0) continue;
      for (let half = 1; half < length; half *= 2) {
        for (let i = done; i < done + length; i += 2 * half) blocks[i]! += blocks[i + half]!;
      }
      sums[w]! += blocks[done]!;
      done += length;
    }
  }
  return sums;
}
