// Finds the exact median of numbers that do not fit into memory. Counts the numbers by their leading bits, in three passes of
// about a third of the bits each. Non-negative float64 numbers are ordered like their bit patterns.

/** Shifts that divide the 64 bits into three parts of 21, 21 and 22 bits. */
const [highShift, lowShift] = [11, 22];

/**
 * Returns the median; if the count is even, the mean of the two middle numbers.
 * @param values returns non-negative finite numbers in pieces; called up to four times, and must always return the same numbers
 * @param count number of values, at least one
 */
export function streamedMedian(values: () => Iterable<Float64Array>, count: number): number {
  const upperRank = count >> 1;
  const lowerRank = count % 2 === 1 ? upperRank : upperRank - 1;
  const { value: lower, upTo } = streamedOrderStatistic(values, lowerRank);
  if (upTo > upperRank) return count % 2 === 1 ? lower : (lower + lower) / 2;
  let upper = Number.POSITIVE_INFINITY;
  for (const piece of values()) for (const x of piece) if (x > lower && x < upper) upper = x;
  return (lower + upper) / 2;
}

/** Returns the number with the given rank (from 0), and how many numbers do not exceed it. */
function streamedOrderStatistic(values: () => Iterable<Float64Array>, rank: number): { value: number; upTo: number } {
  let below = 0;
  const prefix: number[] = [];
  for (let third = 0; third < 3; third++) {
    const counts = new Float64Array(2 ** (third === 2 ? lowShift : 21));
    for (const piece of values()) {
      const words = new Uint32Array(piece.buffer, piece.byteOffset, 2 * piece.length);
      for (let i = 0; i < words.length; i += 2) {
        const [low, high] = [words[i]!, words[i + 1]!];
        const first = high >>> highShift;
        if (third === 0) {
          counts[first]! += 1;
          continue;
        }
        if (first !== prefix[0]) continue;
        const second = ((high & (2 ** highShift - 1)) << 10) | (low >>> lowShift);
        if (third === 1) counts[second]! += 1;
        else if (second === prefix[1]) counts[low & (2 ** lowShift - 1)]! += 1;
      }
    }
    let digit = 0;
    while (below + counts[digit]! <= rank) below += counts[digit++]!;
    prefix.push(digit);
    if (third === 2) below += counts[digit]!;
  }
  const [first, second, last] = prefix as [number, number, number];
  const words = Uint32Array.of(((second << lowShift) | last) >>> 0, ((first << highShift) | (second >>> 10)) >>> 0);
  return { value: new Float64Array(words.buffer)[0]!, upTo: below };
}
