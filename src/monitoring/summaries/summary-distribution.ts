// The distribution that a stored summary describes: shares below each edge of the grid are exact, and values within a bin are
// assumed to be spread evenly. The two open bins extend to the smallest and largest values, so distant outliers appear as an
// even band between the outermost edge of the grid and the extreme value.

import { firstNotBelow } from "../../stats/first-not-below.ts";
import type { ChannelSummary } from "./batch-summary.ts";
import type { QuantileGrid } from "./quantile-grid.ts";

/** Share of the values below each position. The shares rise from 0 to 1, and are interpolated linearly between positions. */
export interface SummaryDistribution {
  readonly positions: readonly number[];
  readonly shares: readonly number[];
}

/** @returns null if the summary has no values */
export function summaryDistribution(
  { n, min, max, counts }: Pick<ChannelSummary, "n" | "min" | "max" | "counts">,
  edges: QuantileGrid,
): SummaryDistribution | null {
  if (counts.length !== edges.length + 1) {
    throw new RangeError(`distribution: expected ${edges.length + 1} counts, got ${counts.length}`);
  }
  if (!(n > 0)) return null;
  const positions = [min];
  const shares = [0];
  let below = 0;
  edges.forEach((edge, i) => {
    below += counts[i]!;
    if (edge <= min || edge >= max) return;
    positions.push(edge);
    shares.push(below / n);
  });
  positions.push(max);
  shares.push(1);
  return { positions, shares };
}

/** Share of the values below x. */
export function summaryShareBelow({ positions, shares }: SummaryDistribution, x: number): number {
  const last = positions.length - 1;
  if (x <= positions[0]!) return 0;
  if (x > positions[last]!) return 1;
  const at = firstNotBelow(positions, x);
  const [left, right] = [positions[at - 1]!, positions[at]!];
  return shares[at - 1]! + ((shares[at]! - shares[at - 1]!) * (x - left)) / (right - left);
}

/** The value below which a share p of the values lies. @param p 0 to 1 */
export function summaryQuantile({ positions, shares }: SummaryDistribution, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: expected a share from 0 to 1, got ${p}`);
  const at = Math.max(1, firstNotBelow(shares, p));
  const [low, high] = [shares[at - 1]!, shares[at]!];
  const [left, right] = [positions[at - 1]!, positions[at]!];
  return high === low ? left : left + ((right - left) * (p - low)) / (high - low);
}

/** The share in each of `bins` bins of equal width from `from` to `to`. */
export function summaryShares(distribution: SummaryDistribution, from: number, to: number, bins: number): number[] {
  if (!(to > from)) throw new RangeError(`bins: expected a range, got ${from} to ${to}`);
  const below = Array.from({ length: bins + 1 }, (_, i) =>
    summaryShareBelow(distribution, i === bins ? to : from + ((to - from) * i) / bins),
  );
  return below.slice(1).map((share, i) => share - below[i]!);
}
