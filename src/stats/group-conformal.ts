// Bounds the score of a batch from a new person, given batches from known people. Batches of one person resemble each other,
// so people are exchangeable, but batches are not. Every person has the same weight, however many batches they have, and the
// new person may be worse than all others (hierarchical conformal prediction; Lee, Barber and Willett 2023, arXiv:2306.06342,
// theorem 1). With few people, the only honest bound is infinite.

/**
 * The smallest q for which a new person's score is at most q with probability at least `coverage`. It is the `coverage`
 * quantile of all scores, each with weight 1 / ((G + 1) × the size of its group), and of one infinite score with weight 1 /
 * (G + 1).
 * @param groups scores of each of G people; people without scores are ignored
 * @param coverage in (0, 1)
 * @returns Infinity if fewer than coverage / (1 - coverage) people have scores
 */
export function groupConformalBound(groups: readonly ArrayLike<number>[], coverage: number): number {
  if (!(coverage > 0 && coverage < 1))
    throw new RangeError(`conformal: expected a coverage in (0, 1), got ${coverage}`);
  const scored = groups.filter((scores) => scores.length > 0);
  const weighted: { score: number; weight: number }[] = [];
  for (const scores of scored) {
    const weight = 1 / ((scored.length + 1) * scores.length);
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      if (Number.isNaN(score)) throw new RangeError("conformal: expected numbers as scores, got NaN");
      weighted.push({ score, weight });
    }
  }
  weighted.sort((a, b) => a.score - b.score);
  let below = 0;
  for (const { score, weight } of weighted) {
    below += weight;
    // The weights of a person's scores must sum exactly to that person's weight, despite rounding.
    if (below >= coverage - 1e-12) return score;
  }
  return Number.POSITIVE_INFINITY;
}
