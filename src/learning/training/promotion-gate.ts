// Decides whether a candidate may replace the champion. The gate compares the two models first on the holdout, person by
// person, and then by measures that need no labels. Every rule is recorded with its value, so that users can understand a
// rejection.

import { argmaxRows } from "../../stats/argmax-rows.ts";
import { expectedLargest } from "../../stats/expected-largest.ts";
import { studentTBound } from "../../stats/student-t.ts";
import { confusionMatrix } from "../evaluation/confusion-matrix.ts";
import { f1ScoresByClass, macroMeanF1 } from "../evaluation/f1.ts";

/** Results of both networks for one person in the holdout. */
export interface PairedPerson {
  /** Name of the person. */
  readonly person: string;
  /** Number of the person's labelled windows. */
  readonly windows: number;
  /** The champion's macro-F1. */
  readonly champion_macro_f1: number;
  /** The candidate's macro-F1. */
  readonly candidate_macro_f1: number;
}

/** How champion and candidate compare on the holdout. */
export interface HoldoutComparison {
  /** Each person's results with both networks. */
  readonly people: readonly PairedPerson[];
  /** The champion's macro-F1 over all holdout windows. */
  readonly champion_macro_f1: number;
  /** The candidate's macro-F1 over all holdout windows. */
  readonly candidate_macro_f1: number;
  /** Candidate minus champion, averaged over people. */
  readonly mean_difference: number;
  /** 90 % interval of the mean. */
  readonly interval: readonly [number, number];
  /** Number of cycles that the candidate was chosen from. */
  readonly cycles: number;
  /** Expected lead of the best cycle by chance, if all of these cycles are equally good. */
  readonly chance: number;
}

/** Indirect quality measures of one network on the unlabelled windows. */
export interface Proxies {
  /** Mean probability of the predicted class. */
  readonly mean_confidence: number;
  /** Mean entropy as a fraction of its maximum. */
  readonly mean_entropy: number;
  /** Share of the pairs of consecutive windows whose labels differ; null if there are no pairs. */
  readonly flip_rate: number | null;
  /** Largest KS distance in any channel between the unlabelled data and the network's own baseline. */
  readonly drift: number;
}

/** One rule of the gate. */
export interface GateRule {
  /** Short name. */
  readonly name: string;
  /** Whether the candidate passed. */
  readonly passed: boolean;
  /** Measured value; null if it could not be measured. */
  readonly value: number | null;
  /** Limit for the value; null if there is none. */
  readonly limit: number | null;
  /** Description of the rule for the reader. */
  readonly about: string;
}

/**
 * Arbitrary limits: the gain in macro-F1 that must be exceeded, the mean loss over people that must be ruled out, and how much
 * worse a label-free measure may become.
 */
export const gateLimits = { leastGain: 0, worstCase: 0.05, proxySlack: 0.02 } as const;

/**
 * @param labels [N] true labels of the holdout windows
 * @param groups [N] person of each window, as an index into `people`
 * @param champion [N, K] probabilities (like `candidate`) from networks that never learned from the person
 * @param cycles number of cycles that the candidate was chosen from on these people, including cycle 0
 */
export function compareAtGate(
  labels: Int32Array,
  groups: Int32Array,
  people: readonly string[],
  nClasses: number,
  { champion, candidate }: { champion: Float32Array; candidate: Float32Array },
  cycles: number,
): HoldoutComparison {
  const [before, after] = [champion, candidate].map((matrix) => argmaxRows(matrix, nClasses));
  const all = [...labels.keys()];
  const score = (predicted: ArrayLike<number>, rows: readonly number[]): number => {
    const matrix = confusionMatrix(
      Int32Array.from(rows, (row) => labels[row]!),
      Int32Array.from(rows, (row) => predicted[row]!),
      nClasses,
    );
    return macroMeanF1(f1ScoresByClass(matrix, nClasses));
  };
  const paired = [...Map.groupBy(all, (row) => groups[row]!)].map(
    ([group, rows]): PairedPerson => ({
      person: people[group]!,
      windows: rows.length,
      champion_macro_f1: score(before!, rows),
      candidate_macro_f1: score(after!, rows),
    }),
  );
  const differences = paired.map((pair) => pair.candidate_macro_f1 - pair.champion_macro_f1);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const { error, quantile } = moderatedGateError(differences, mean);
  return {
    people: paired,
    champion_macro_f1: score(before!, all),
    candidate_macro_f1: score(after!, all),
    mean_difference: mean,
    interval: [mean - quantile * error, mean + quantile * error],
    cycles,
    // Half of a difference's variance comes from the champion, which was not selected.
    chance: (expectedLargest(cycles) * error) / Math.SQRT2,
  };
}

/** The rules on labelled people; all must pass. */
export function holdoutPromotionRules(
  winner: number,
  { mean_difference, interval, chance, ...pooled }: HoldoutComparison,
): GateRule[] {
  const gain = pooled.candidate_macro_f1 - pooled.champion_macro_f1;
  return [
    {
      name: "winner",
      passed: winner > 0,
      value: winner,
      limit: 1,
      about: "number of the cycle that scored best on the holdout; cycle 0 did not learn from pseudo-labels",
    },
    {
      name: "macro-F1",
      passed: gain > gateLimits.leastGain,
      value: gain,
      limit: gateLimits.leastGain,
      about: "macro-F1 over the holdout windows, candidate minus champion; must be above the limit",
    },
    {
      name: "people",
      passed: mean_difference > chance,
      value: mean_difference,
      limit: chance,
      about:
        "candidate minus champion, averaged over the people in the holdout; must be above the lead that the " +
        "best cycle has by chance",
    },
    {
      name: "worst case",
      passed: interval[0] > -gateLimits.worstCase,
      value: interval[0],
      limit: -gateLimits.worstCase,
      about: "lower end of the 90 % interval for the mean difference over people; must be above the limit",
    },
  ];
}

/** The rules on unlabelled windows; all must pass. */
export function proxyPromotionRules(champion: Proxies, candidate: Proxies): GateRule[] {
  const slack = gateLimits.proxySlack;
  const rule = (name: string, loss: number | null, about: string): GateRule => ({
    name,
    passed: loss === null || loss <= slack,
    value: loss,
    limit: slack,
    about: `${about}; must not exceed the limit`,
  });
  const flips =
    champion.flip_rate === null || candidate.flip_rate === null ? null : candidate.flip_rate - champion.flip_rate;
  return [
    rule(
      "confidence",
      champion.mean_confidence - candidate.mean_confidence,
      "mean confidence, champion minus candidate",
    ),
    rule("entropy", candidate.mean_entropy - champion.mean_entropy, "mean entropy, candidate minus champion"),
    rule("flip rate", flips, "share of consecutive windows whose labels differ, candidate minus champion"),
    rule(
      "drift",
      candidate.drift - champion.drift,
      "largest KS distance from the network's own baseline, candidate minus champion",
    ),
  ];
}

/**
 * Prior for the spread of people's differences, and the number of people that it counts as. A few people are not enough to
 * estimate the spread: for two people, the usual t interval is so wide that no candidate would ever pass, and for one person
 * there is none. Both values are arbitrary; published gains differ by about as much.
 */
const prior = { sd: 0.05, people: 4 } as const;

/**
 * Returns the standard error of the mean difference, and the matching t quantile. As in the moderated t statistic (Smyth 2004),
 * the people's variance and the prior's are weighted by their degrees of freedom.
 */
function moderatedGateError(differences: readonly number[], mean: number): { error: number; quantile: number } {
  const n = differences.length;
  const freedom = prior.people + n - 1;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const variance = (prior.people * prior.sd ** 2 + squares) / freedom;
  return { error: Math.sqrt(variance / n), quantile: studentTBound(0.9, freedom) };
}
