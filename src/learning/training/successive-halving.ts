// Finds the best of many candidates without training each of them to the end: all are trained for a few epochs, then only the
// best third for three times as many, and so on (Jamieson and Talwalkar, "Non-stochastic best arm identification and
// hyperparameter optimization", 2016).

/** One candidate, trained for some number of epochs. */
export interface Trial<Candidate> {
  readonly candidate: Candidate;
  /** Maximum number of epochs in the candidate's fits. */
  readonly epochs: number;
  /** The higher, the better. */
  readonly score: number;
}

export interface HalvingPlan<Candidate> {
  /** Maximum number of epochs for a candidate on the last rung. */
  readonly epochsOf: (candidate: Candidate) => number;
  /** Whether another candidate may start on a rung that should end after this share of the time. */
  readonly isTimeLeft: (share: number) => boolean;
  readonly score: (candidate: Candidate, epochs: number) => Promise<number>;
}

/** One in this many candidates is trained further on the next rung. */
const factor = 3;
const mostRungs = 3;
/** Minimum number of candidates on a rung. */
const fewest = 2;

/** Epochs of each rung. With only a handful of candidates, a rung that merely eliminates the worst is not needed. */
export function halvingEpochs(candidates: number, epochs: number): number[] {
  const rungs = candidates <= fewest ? 1 : candidates <= fewest * factor ? 2 : mostRungs;
  const each = Array.from({ length: rungs }, (_, rung) =>
    Math.max(1, Math.round(epochs / factor ** (rungs - 1 - rung))),
  );
  return [...new Set(each)];
}

/**
 * Tries candidates on rungs, each with fewer candidates and more epochs than the one before. On each rung, every candidate
 * trains for the same share of its own epochs. Every rung has an equal share of the time. If a rung's time runs out, the first
 * rung omits its last candidates, and later rungs omit those with the lowest scores on the previous rung.
 * @param candidates at least one, in the order in which they are tried; ties keep that order
 * @returns all trials in order, and the best one on the last rung
 */
export async function successiveHalving<Candidate>(
  candidates: readonly Candidate[],
  { epochsOf, isTimeLeft, score }: HalvingPlan<Candidate>,
): Promise<{ readonly trials: readonly Trial<Candidate>[]; readonly best: Trial<Candidate> }> {
  if (candidates.length === 0) throw new RangeError("successive halving: expected at least one candidate, got none");
  const trials: Trial<Candidate>[] = [];
  const most = Math.max(...candidates.map(epochsOf));
  const rungs = halvingEpochs(candidates.length, most);
  let left = [...candidates];
  let ranked: Trial<Candidate>[] = [];
  for (const [rung, each] of rungs.entries()) {
    const tried: Trial<Candidate>[] = [];
    for (const candidate of left) {
      if (tried.length >= (rung === 0 ? fewest : 1) && !isTimeLeft((rung + 1) / rungs.length)) break;
      const epochs = Math.max(1, Math.round((epochsOf(candidate) * each) / most));
      tried.push({ candidate, epochs, score: await score(candidate, epochs) });
    }
    trials.push(...tried);
    ranked = tried.sort((a, b) => b.score - a.score);
    left = ranked.slice(0, Math.max(fewest, Math.ceil(ranked.length / factor))).map(({ candidate }) => candidate);
  }
  return { trials, best: ranked[0]! };
}
