// Computes intervals by bootstrap over people, because batches and streams of the same person resemble each other.

import { Rng } from "../src/random.ts";
import { quantiles } from "../src/stats/quantile.ts";

const draws = 1000;

export interface Interval {
  readonly value: number;
  /**
   * Lower limit of the interval, which contains the middle 90 % of the statistic's values over people drawn with replacement.
   */
  readonly low: number;
  /** Upper limit of the interval. */
  readonly high: number;
}

/**
 * @param statistic computes the figure from some people's observations; NaN if there are none
 * @returns null if there are no observations, or if the statistic is NaN for every draw
 */
export function peopleInterval<T extends { readonly user: string }>(
  observations: readonly T[],
  statistic: (some: readonly T[]) => number,
): Interval | null {
  if (observations.length === 0) return null;
  const people = [...Map.groupBy(observations, ({ user }) => user).values()];
  const rng = Rng.fromSeed(people.length);
  const drawn = Array.from({ length: draws }, () =>
    statistic(people.flatMap(() => people[rng.integer(people.length)]!)),
  ).filter((value) => !Number.isNaN(value));
  const value = statistic(observations);
  if (drawn.length === 0) return null;
  const [low, high] = quantiles(
    drawn.sort((a, b) => a - b),
    [0.05, 0.95],
  );
  return { value, low: low!, high: high! };
}

export function share(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}
