// A quantile over people. One person's batches resemble each other, so every person has the same weight, no matter how many
// batches they have.

/**
 * The smallest score such that the scores up to it carry at least a fraction `share` of the weight. Each of G people has a
 * weight of 1 / G, spread evenly over their scores.
 * @param groups scores by person; people without scores are ignored
 * @param share in (0, 1]
 * @returns Infinity if no one has scores
 */
export function groupQuantile(groups: readonly ArrayLike<number>[], share: number): number {
  if (!(share > 0 && share <= 1)) throw new RangeError(`group quantile: expected a share in (0, 1], got ${share}`);
  const scored = groups.filter((scores) => scores.length > 0);
  const weighted: { score: number; weight: number }[] = [];
  for (const scores of scored) {
    const weight = 1 / (scored.length * scores.length);
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      if (Number.isNaN(score)) throw new RangeError("group quantile: expected numbers as scores, got NaN");
      weighted.push({ score, weight });
    }
  }
  weighted.sort((a, b) => a.score - b.score);
  let below = 0;
  for (const { score, weight } of weighted) {
    below += weight;
    // Rounding may leave a sum of weights slightly below the share that it equals.
    if (below >= share - 1e-12) return score;
  }
  return Number.POSITIVE_INFINITY;
}
