// Compares the intervals over people with the metrics for the pooled windows.
import { describe, expect, it } from "vitest";
import { bootstrapInterval, bootstrapPeople } from "../../../src/learning/evaluation/bootstrap-people.ts";
import { classificationMetrics } from "../../../src/learning/evaluation/classification-metrics.ts";
import {
  crossValidationPromise,
  isWithinPromised,
  rankAmongPromisedPeople,
} from "../../../src/learning/evaluation/cross-validation-promise.ts";
import { Rng } from "../../../src/random.ts";

const classes = ["a", "b", "c"];

/** Generates one person's windows, with labels and noisy probabilities. */
function person(seed: number, windows: number, skill: number): { labels: number[]; probabilities: number[] } {
  const rng = Rng.fromSeed(seed);
  const labels = Array.from({ length: windows }, () => rng.integer(3));
  const probabilities = labels.flatMap((label) => {
    const raw = classes.map((_, k) => rng.uniform() + (k === label ? skill : 0));
    const sum = raw.reduce((a, b) => a + b);
    return raw.map((p) => p / sum);
  });
  return { labels, probabilities };
}

const metricsOf = (...people: ReturnType<typeof person>[]) =>
  classificationMetrics(
    Int32Array.from(people.flatMap(({ labels }) => labels)),
    Float32Array.from(people.flatMap(({ probabilities }) => probabilities)),
    classes,
  );

describe("intervals by bootstrap over people", () => {
  it("extend from the worst to the best of the three possible draws of two people", () => {
    const [one, other] = [person(1, 60, 0.9), person(2, 25, 0.1)];
    const draws = [metricsOf(one, one), metricsOf(one, other), metricsOf(other, other)];
    const { per_class, ...intervals } = bootstrapPeople([metricsOf(one), metricsOf(other)], classes, Rng.fromSeed(3));
    for (const [name, interval] of Object.entries(intervals)) {
      const values = draws.map((own) => own[name as keyof typeof intervals]!);
      expect(interval!.low, name).toBeCloseTo(Math.min(...values), 6);
      expect(interval!.high, name).toBeCloseTo(Math.max(...values), 6);
    }
    for (const name of classes) {
      const values = draws.map((own) => own.per_class[name]!.f1);
      expect(per_class[name]!.f1!.low).toBeCloseTo(Math.min(...values), 9);
      expect(per_class[name]!.f1!.high).toBeCloseTo(Math.max(...values), 9);
    }
  });

  it("do not exist for a single person", () => {
    const { per_class, ...intervals } = bootstrapPeople([metricsOf(person(1, 60, 0.9))], classes, Rng.fromSeed(3));
    expect(new Set(Object.values(intervals))).toEqual(new Set([null]));
    expect(per_class.a).toEqual({ precision: null, recall: null, f1: null });
  });

  it("contain the middle 90 % of the defined values, if these are at least half of all", () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    expect(bootstrapInterval(values)).toEqual({ low: 5, high: 95 });
    expect(bootstrapInterval([...values, ...new Array(102).fill(null)])).toBeNull();
    expect(bootstrapInterval([])).toBeNull();
  });
});

describe("the promise of cross-validation", () => {
  const promised = Array.from({ length: 19 }, (_, i) => 0.8 + 0.01 * i);

  it.each([
    ["the same people", promised, "kept"],
    ["people who are 0.3 worse", promised.map((score) => score - 0.3), "worse"],
    ["people who are all perfect", promised.map(() => 1), "better"],
    ["a single person", [0.2], null],
  ] as const)("%s: %s", (_, found, verdict) => {
    const promise = crossValidationPromise(promised, found, Rng.fromSeed(1));
    expect(promise).toMatchObject({ people: 19, lowest: 0.8, highest: 0.8 + 0.18, verdict });
    expect(promise.promised).toBeCloseTo(0.89, 12);
  });

  it("ranks a person by how many of the cross-validated people score as low", () => {
    expect(rankAmongPromisedPeople(promised, 0.5)).toBeCloseTo(1 / 20, 12);
    expect(rankAmongPromisedPeople(promised, 0.8)).toBeCloseTo(2 / 20, 12);
    expect(rankAmongPromisedPeople(promised, 1)).toBeCloseTo(20 / 20, 12);
  });

  it.each([
    [promised, 0.79, false],
    [promised, 0.8, true],
    [promised.slice(0, 4), 0.79, false],
    [promised.slice(0, 4), 0.8, true],
    // With 39 people, a person who scores no higher than the lowest of them is among the lowest 5 %.
    [[0.7, ...promised, ...promised], 0.69, false],
  ])("of %j, %d is inside the spread: %s", (scores, score, expected) => {
    expect(isWithinPromised(scores, score)).toBe(expected);
  });
});
