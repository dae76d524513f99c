import { describe, expect, it } from "vitest";
import { pairPeople } from "../../../src/learning/evaluation/paired-people.ts";
import { Rng } from "../../../src/random.ts";

const scores = (...pairs: [string, number][]): Map<string, number> => new Map(pairs);
const pair = (first: ReadonlyMap<string, number>, second: ReadonlyMap<string, number>) =>
  pairPeople(first, second, Rng.fromSeed(1));

describe("two models on the same people", () => {
  it("are compared only on people whom both were tested on", () => {
    const paired = pair(scores(["a", 0.8], ["b", 0.6], ["c", 0.1]), scores(["b", 0.7], ["d", 1], ["a", 0.9]));
    expect(paired).toMatchObject({
      people: [
        { person: "a", first: 0.8, second: 0.9 },
        { person: "b", first: 0.6, second: 0.7 },
      ],
      verdict: "better",
    });
    expect(paired!.first).toBeCloseTo(0.7, 12);
    expect(paired!.second).toBeCloseTo(0.8, 12);
    expect(paired!.difference).toBeCloseTo(0.1, 12);
  });

  // From two people, a bootstrap draws the pairs aa, ab, ba and bb, so a quarter of the means lie at each extreme.
  it("differ within an interval over people", () => {
    const paired = pair(scores(["a", 0.5], ["b", 0.5]), scores(["a", 0.4], ["b", 0.8]));
    expect(paired!.interval!.low).toBeCloseTo(-0.1, 12);
    expect(paired!.interval!.high).toBeCloseTo(0.3, 12);
    expect(paired!.verdict).toBe("open");
  });

  // The mean of n independent differences of variance s2 has a standard error of sqrt(s2 / n), and 90 % of a normal
  // distribution lies within 1.645 standard errors.
  it("have an interval that agrees with the central limit theorem if there are many people", () => {
    const rng = Rng.fromSeed(7);
    const names = Array.from({ length: 400 }, (_, i) => `p${i}`);
    const differences = names.map(() => 0.02 + 0.1 * rng.normal());
    const mean = differences.reduce((sum, d) => sum + d, 0) / 400;
    const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 400;
    const half = 1.645 * Math.sqrt(variance / 400);
    const paired = pair(
      new Map(names.map((name) => [name, 0.5])),
      new Map(names.map((name, i) => [name, 0.5 + differences[i]!])),
    );
    expect(Math.abs(paired!.interval!.low - (mean - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(paired!.interval!.high - (mean + half))).toBeLessThan(0.1 * half);
  });

  it.each([
    ["better", 0.1],
    ["worse", -0.1],
  ])("%s if the whole interval is on one side", (verdict, by) => {
    const first = scores(["a", 0.5], ["b", 0.6], ["c", 0.7]);
    expect(pair(first, new Map([...first].map(([name, score]) => [name, score + by])))!.verdict).toBe(verdict);
  });

  it("have no interval for a single person, and are not compared without a common one", () => {
    expect(pair(scores(["a", 0.5]), scores(["a", 0.9]))).toMatchObject({ interval: null, verdict: null });
    expect(pair(scores(["a", 0.5]), scores(["b", 0.9]))).toBeNull();
  });
});
