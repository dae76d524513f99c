// Computes the figures of the quality benchmark from the classes that each column predicts for the same windows.
// Figures are first computed for each seed, and then averaged over the seeds. Differences are paired by person, and intervals
// come from a bootstrap over people.

import { macroF1 } from "../src/learning/evaluation/f1.ts";
import { type Interval, peopleInterval } from "./people-bootstrap.ts";
import type { JudgedWindows } from "./quality-task.ts";

/** Predicted classes for each part, in the order of the part's test windows. */
export type QualityAnswers = Readonly<Record<string, readonly number[]>>;

/** Macro-F1 scores of one column for one seed. */
export interface SeedFigures {
  /** Macro-F1 of each part, in the order of the parts. */
  readonly parts: readonly number[];
  /** Macro-F1 of each person, over all windows of the person. */
  readonly people: ReadonlyMap<string, number>;
}

export interface ColumnFigures {
  readonly mean: number;
  /** Standard deviation over folds (n - 1); null if there is only one part. */
  readonly sd: number | null;
  /** Mean over people. */
  readonly people: Interval;
  /**
   * The lowest score of any person, averaged over the seeds, and the names of the people with the lowest scores, who may differ
   * by seed.
   */
  readonly worst: { readonly macroF1: number; readonly users: readonly string[] };
  /** Each person's mean score over the seeds. */
  readonly byPerson: ReadonlyMap<string, number>;
}

/** @throws RangeError if the answers do not match the parts' test windows */
export function seedFigures({ parts, labels, people, classes }: JudgedWindows, answers: QualityAnswers): SeedFigures {
  const guesses = new Map<string, { truth: number[]; predicted: number[] }>();
  const scores = parts.map(({ name, test }) => {
    const own = answers[name] ?? [];
    if (own.length !== test.length)
      throw new RangeError(`${name}: expected ${test.length} predicted classes, got ${own.length}`);
    for (const [i, row] of test.entries()) {
      const person = guesses.get(people[row]!) ?? { truth: [], predicted: [] };
      person.truth.push(labels[row]!);
      person.predicted.push(own[i]!);
      guesses.set(people[row]!, person);
    }
    return macroF1(
      test.map((row) => labels[row]!),
      Int32Array.from(own),
      classes.length,
    );
  });
  const byPerson = [...guesses].map(
    ([user, { truth, predicted }]) =>
      [user, macroF1(Int32Array.from(truth), Int32Array.from(predicted), classes.length)] as const,
  );
  return { parts: scores, people: new Map(byPerson) };
}

/** @throws RangeError if there are no seeds, or if they have different people */
export function columnFigures(seeds: readonly SeedFigures[]): ColumnFigures {
  const users = [...(seeds[0]?.people.keys() ?? [])].sort();
  if (users.length === 0) throw new RangeError("expected figures of at least one seed and one person, got none");
  for (const { people } of seeds) {
    if (people.size !== users.length || users.some((user) => !people.has(user)))
      throw new RangeError("expected figures of the same people with every seed");
  }
  const byPerson = new Map(users.map((user) => [user, average(seeds.map(({ people }) => people.get(user)!))]));
  const worst = seeds.map(({ people }) => [...people].reduce((a, b) => (b[1] < a[1] ? b : a)));
  const spreads = seeds.map(({ parts }) => deviation(parts));
  return {
    mean: average(seeds.map(({ parts }) => average(parts))),
    sd: spreads.every((sd) => sd !== null) ? average(spreads) : null,
    people: interval(byPerson),
    worst: { macroF1: average(worst.map(([, score]) => score)), users: [...new Set(worst.map(([user]) => user))] },
    byPerson,
  };
}

/** The difference between two columns, averaged over people. @throws RangeError if the columns have different people */
export function pairedDifference(
  one: Pick<ColumnFigures, "byPerson">,
  other: Pick<ColumnFigures, "byPerson">,
): Interval {
  if (one.byPerson.size !== other.byPerson.size) throw new RangeError("expected two columns with the same people");
  const differences = [...one.byPerson].map(([user, score]) => {
    const against = other.byPerson.get(user);
    if (against === undefined) throw new RangeError(`expected two columns with the same people, got no second ${user}`);
    return [user, score - against] as const;
  });
  return interval(new Map(differences));
}

function interval(byPerson: ReadonlyMap<string, number>): Interval {
  const observations = [...byPerson].map(([user, value]) => ({ user, value }));
  return peopleInterval(observations, (some) => average(some.map(({ value }) => value)))!;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
