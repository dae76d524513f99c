// Compares the people on whom a model is evaluated with those in its cross-validation, both on average and person by person.
// The cross-validation estimate holds if the new people could have been among the cross-validated ones.

import type { Rng } from "../../random.ts";
import { bootstrapInterval, bootstrapReplicates, type Interval } from "./bootstrap-people.ts";

/** How the evaluated people compare with the cross-validated ones, by macro-F1 per person. */
export interface KeptPromise {
  /** Number of cross-validated people. */
  readonly people: number;
  /** Mean macro-F1 over the cross-validated people. */
  readonly promised: number;
  /** Their lowest macro-F1. */
  readonly lowest: number;
  /** Their highest macro-F1. */
  readonly highest: number;
  /** Mean macro-F1 over the evaluated people. */
  readonly found: number;
  /**
   * 90 % interval for `found` minus `promised`, by bootstrapping both groups of people; null if either group is a single
   * person.
   */
  readonly difference: Interval | null;
  /** One of: kept (the interval includes 0), better, worse; null if there is no interval. */
  readonly verdict: "kept" | "better" | "worse" | null;
}

/** @param promised macro-F1 of each cross-validated person @param found macro-F1 of each evaluated person; both at least one */
export function crossValidationPromise(promised: readonly number[], found: readonly number[], rng: Rng): KeptPromise {
  const difference =
    promised.length < 2 || found.length < 2
      ? null
      : bootstrapInterval(
          Array.from(
            { length: bootstrapReplicates },
            () => drawPromisedMean(found, rng) - drawPromisedMean(promised, rng),
          ),
        );
  const verdict = difference === null ? null : difference.high < 0 ? "worse" : difference.low > 0 ? "better" : "kept";
  const [lowest, highest] = [promised.reduce((a, b) => Math.min(a, b)), promised.reduce((a, b) => Math.max(a, b))];
  return {
    people: promised.length,
    promised: meanPromisedScore(promised),
    lowest,
    highest,
    found: meanPromisedScore(found),
    difference,
    verdict,
  };
}

const unusualShare = 0.05;

/**
 * The rank of a new person among the cross-validated people, as a p-value: the share of people, including the new one, whose
 * score is at most that of the new person.
 * @param promised at least one
 */
export function rankAmongPromisedPeople(promised: readonly number[], score: number): number {
  return (1 + promised.filter((other) => other <= score).length) / (promised.length + 1);
}

/**
 * Whether a person's score lies within the cross-validated spread. With at least 19 cross-validated people, at most 5 % of new
 * people fall below it by chance. With n < 19 people, a new person falls below it only by scoring lower than all of them, which
 * by chance has a probability of at most 1 / (n + 1).
 */
export function isWithinPromised(promised: readonly number[], score: number): boolean {
  return rankAmongPromisedPeople(promised, score) > Math.max(unusualShare, 1 / (promised.length + 1)) + 1e-12;
}

function meanPromisedScore(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function drawPromisedMean(scores: readonly number[], rng: Rng): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += scores[rng.integer(scores.length)]!;
  return sum / scores.length;
}
