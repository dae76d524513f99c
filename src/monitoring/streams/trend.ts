// Whether a short series has a trend. It must pass two tests: is its order too regular for chance (Mann 1945, Kendall 1975:
// how many more pairs rise than fall, against every order being equally likely), and is the trend large enough to matter
// (the median slope between pairs, Theil 1950 and Sen 1968, times the series' length)?
//
// Cost, per channel: of five independent values 1.7 % of the windows are called rising or falling, of more at most 2 %;
// with six independent channels 10 % of the windows show a trend in some channel. Correlated neighbours raise this: at a
// correlation of .5, to 4.5 % (five values) and 9 % (ten). Fewer than five values are stable: no order of them is rare
// enough. Five have to be strictly ordered, so a walk of one standard deviation of the values' own noise a step is seen in
// 25 % of the windows, of ten in all. It describes; alarms come from the drift statistics.

/** Direction of a channel's means over the batches of a reference. */
export type Trend = "stable" | "rising" | "falling";

/** Two-sided. With five values it asks for a strictly ordered series; an arbitrary choice. */
const significance = 0.02;

/** In standard deviations of the samples, from the first value to the last; an arbitrary choice. */
const leastChange = 0.1;

/**
 * @param values in the order of time
 * @param scale standard deviation of the samples that the values are means of
 * @example trend([0, 0.1, 0.2, 0.3, 0.4], 1) // "rising"
 */
export function trend(values: readonly number[], scale: number): Trend {
  const change = theilSenSlope(values) * (values.length - 1);
  if (!(Math.abs(change) >= leastChange * scale && change !== 0)) return "stable";
  if (!(mannKendall(values).pValue <= significance)) return "stable";
  return change > 0 ? "rising" : "falling";
}

/** The median of the slopes between all pairs; 0 for fewer than two values. */
export function theilSenSlope(values: readonly number[]): number {
  const slopes = values.flatMap((from, i) => values.slice(i + 1).map((to, step) => (to - from) / (step + 1)));
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  if (slopes.length === 0) return 0;
  return slopes.length % 2 === 1 ? slopes[Math.floor(middle)]! : (slopes[middle - 1]! + slopes[middle]!) / 2;
}

/**
 * S, the pairs that rise less the pairs that fall, and the two-sided probability of one so large by chance: exact where
 * no values are equal, too large (on the safe side) where some are.
 */
export function mannKendall(values: readonly number[]): { readonly s: number; readonly pValue: number } {
  let s = 0;
  for (const [i, to] of values.entries()) {
    for (let j = 0; j < i; j++) s += Math.sign(to - values[j]!);
  }
  const pairs = (values.length * (values.length - 1)) / 2;
  const mostFalling = Math.floor((pairs - Math.abs(s)) / 2);
  const tail = mannKendallShares(values.length).slice(0, mostFalling + 1);
  return { s, pValue: Math.min(1, 2 * tail.reduce((sum, share) => sum + share, 0)) };
}

/**
 * The share of all orders of n values that have k falling pairs, by k. One value more, put at each of its places, adds 0
 * to m falling pairs to an order of m values.
 */
function mannKendallShares(n: number): number[] {
  let shares = [1];
  for (let m = 1; m < n; m++) {
    const next = new Array<number>(shares.length + m).fill(0);
    let sum = 0;
    for (let k = 0; k < next.length; k++) {
      sum += (shares[k] ?? 0) - (shares[k - m - 1] ?? 0);
      next[k] = sum / (m + 1);
    }
    shares = next;
  }
  return shares;
}
