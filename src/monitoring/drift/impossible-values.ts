// Finds values that no way of wearing a sensor can cause, but a wrong unit, a scrambled file or a broken sensor can.

import type { BaselineReference } from "../summaries/baseline-reference.ts";
import { type ClassSummaries, mergeAcrossClasses } from "../summaries/class-summaries.ts";
import type { Score } from "./score.ts";

/**
 * Largest factor by which the mean magnitude of acceleration can plausibly differ between a batch and the training data. m/s^2,
 * g and milli-g differ by factors of at least 9.8, but the mean magnitude when jogging is at most twice that at rest; 3 is
 * about the geometric mean of 1 and 9.8.
 */
export const mostGravityRatio = 3;

export interface ImpossibleValues {
  /** The largest of `channelScores`; above 1. */
  readonly far: Score;
  readonly beyond: true;
  readonly impossible: true;
  /** How far the values of each channel are from plausible ones, as a multiple of the limit. */
  readonly channelScores: Readonly<Record<string, number>>;
}

/**
 * Looks first for the channel whose values lie furthest outside the training range, by more than the width of that range on
 * average (the factor of one width is arbitrary). If there is none, looks for the acceleration whose mean magnitude differs
 * most from the training data, by a factor above `mostGravityRatio`. Returns null if it finds neither.
 */
export function impossibleValues(
  current: ClassSummaries,
  baseline: BaselineReference,
  gravityLengths: readonly string[] = [],
): ImpossibleValues | null {
  const whole = mergeAcrossClasses(current);
  const ranges = Object.entries(baseline).flatMap(([channel, { summary }]) => {
    const { n, excessBelow, excessAbove } = whole[channel]!;
    const score = (excessBelow + excessAbove) / n / (summary.max - summary.min);
    return Number.isNaN(score) ? [] : [[channel, score] as const];
  });
  const lengths = gravityLengths.flatMap((channel) => {
    const [usual, { n, mean }] = [baseline[channel]!.summary.mean, whole[channel]!];
    if (n === 0) return [];
    return [[channel, Math.max(mean / usual, usual / Math.max(mean, 1e-6 * usual)) / mostGravityRatio] as const];
  });
  for (const scores of [ranges, lengths]) {
    const [channel, score] = scores.reduce((a, b) => (b[1] > a[1] ? b : a), ["", 1] as const);
    if (score > 1)
      return {
        beyond: true,
        impossible: true,
        far: { score, channel, statistic: "wasserstein" },
        channelScores: Object.fromEntries(scores),
      };
  }
  return null;
}
