// Compares two models on the same people. People differ far more than models do, so the two models are compared person by
// person.

import type { Rng } from "../../random.ts";
import { bootstrapInterval, bootstrapReplicates, type Interval } from "./bootstrap-people.ts";

/** Macro-F1 of two models for the people on whom both were tested. */
export interface PairedPeople {
  /** Each person's macro-F1 with both models. */
  readonly people: readonly {
    /** Name of the person. */
    readonly person: string;
    /** Macro-F1 with the first model. */
    readonly first: number;
    /** Macro-F1 with the second model. */
    readonly second: number;
  }[];
  /** Mean macro-F1 of the first model over these people. */
  readonly first: number;
  /** Mean macro-F1 of the second model over these people. */
  readonly second: number;
  /** Second minus first, averaged over people. */
  readonly difference: number;
  /** 90 % interval for the difference, by bootstrapping over people; null for a single person. */
  readonly interval: Interval | null;
  /**
   * One of: better (the second model is better, and the interval excludes 0), worse, open (the interval includes 0); null if
   * there is no interval.
   */
  readonly verdict: "better" | "worse" | "open" | null;
}

/**
 * @param first macro-F1 by person
 * @param second macro-F1 with the other model
 * @returns null if no person occurs in both
 */
export function pairPeople(
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
  rng: Rng,
): PairedPeople | null {
  const people = [...first].flatMap(([person, score]) => {
    const other = second.get(person);
    return other === undefined ? [] : [{ person, first: score, second: other }];
  });
  if (people.length === 0) return null;
  const differences = people.map((own) => own.second - own.first);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const interval =
    people.length < 2
      ? null
      : bootstrapInterval(
          Array.from({ length: bootstrapReplicates }, () =>
            mean(differences.map(() => differences[rng.integer(differences.length)]!)),
          ),
        );
  return {
    people,
    first: mean(people.map((own) => own.first)),
    second: mean(people.map((own) => own.second)),
    difference: mean(differences),
    interval,
    verdict: interval === null ? null : interval.low > 0 ? "better" : interval.high < 0 ? "worse" : "open",
  };
}
