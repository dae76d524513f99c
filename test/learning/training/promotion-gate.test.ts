// Tests which candidates may replace the champion, with scores paired by person, an interval from SciPy, and values on both
// sides of each rule's limit.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { macroF1 } from "../../../src/learning/evaluation/f1.ts";
import {
  compareAtGate,
  type GateRule,
  gateLimits,
  type HoldoutComparison,
  holdoutPromotionRules,
  type Proxies,
  proxyPromotionRules,
} from "../../../src/learning/training/promotion-gate.ts";

const K = 3;
/** Returns rows of probabilities, each with its largest probability for the given class. */
const sayingOf = (classes: ArrayLike<number>): Float32Array =>
  Float32Array.from(Array.from(classes).flatMap((said) => [0, 1, 2].map((k) => (k === said ? 0.6 : 0.2))));

describe("the comparison", () => {
  const labels = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1);
  const groups = Int32Array.of(2, 0, 2, 0, 2, 0, 2, 0);
  const said = {
    champion: [0, 1, 2, 1, 1, 2, 1, 1],
    candidate: [0, 1, 2, 0, 1, 2, 0, 2],
  };
  const compare = (): HoldoutComparison =>
    compareAtGate(
      labels,
      groups,
      ["ann", "bob", "cem"],
      K,
      {
        champion: sayingOf(said.champion),
        candidate: sayingOf(said.candidate),
      },
      2,
    );
  const ofPerson = (group: number, answers: readonly number[]): number => {
    const rows = [...labels.keys()].filter((row) => groups[row] === group);
    const pick = (from: ArrayLike<number>): Int32Array => Int32Array.from(rows, (row) => from[row]!);
    return macroF1(pick(labels), pick(answers), K);
  };

  it("scores each person's windows and all windows together, for both networks", () => {
    const { people, ...all } = compare();
    expect(people).toEqual(
      [2, 0].map((group) => ({
        person: ["ann", "bob", "cem"][group],
        windows: 4,
        champion_macro_f1: ofPerson(group, said.champion),
        candidate_macro_f1: ofPerson(group, said.candidate),
      })),
    );
    expect(all.champion_macro_f1).toBe(macroF1(labels, Int32Array.from(said.champion), K));
    expect(all.candidate_macro_f1).toBe(macroF1(labels, Int32Array.from(said.candidate), K));
  });

  it("averages the people's differences, however many windows they have", () => {
    const { people, mean_difference } = compare();
    const differences = people.map((pair) => pair.candidate_macro_f1 - pair.champion_macro_f1);
    expect(mean_difference).toBeCloseTo((differences[0]! + differences[1]!) / 2, 15);
  });

  it("finds no difference between identical predictions", () => {
    const same = { champion: sayingOf(said.champion), candidate: sayingOf(said.champion) };
    const { mean_difference, interval } = compareAtGate(labels, groups, ["a", "b", "c"], K, same, 2);
    expect(mean_difference).toBe(0);
    expect(interval[0]).toBeCloseTo(-interval[1], 15);
  });

  it("has the interval of the prior for a single person", () => {
    const answers = { champion: sayingOf(said.champion), candidate: sayingOf(said.candidate) };
    const one = compareAtGate(labels, new Int32Array(8), ["ann"], K, answers, 2);
    expect(one.people).toHaveLength(1);
    // scipy: stats.t.ppf(.95, 4) * .05
    expect((one.interval[1] - one.interval[0]) / 2).toBeCloseTo(0.05 * 2.1318467863, 9);
    expect(one.mean_difference).toBe(one.candidate_macro_f1 - one.champion_macro_f1);
    expect(named(holdoutPromotionRules(1, one), "worst case").value).toBe(one.interval[0]);
  });
});

describe("the interval", () => {
  const n = 1000;
  /**
   * Compares a champion and a candidate on people with `n` windows of each of two classes. In each class, the champion
   * misclassifies `before` of a person's windows, and the candidate misclassifies `after` of them.
   */
  function people(errors: readonly (readonly [before: number, after: number])[], cycles = 2): HoldoutComparison {
    const labels = Int32Array.from({ length: errors.length * 2 * n }, (_, i) => i % 2);
    const groups = Int32Array.from(labels, (_, i) => Math.floor(i / (2 * n)));
    const saying = (which: 0 | 1): Float32Array =>
      sayingOf(
        labels.map((label, i) => {
          const within = Math.floor((i % (2 * n)) / 2);
          return within < errors[groups[i]!]![which] ? 1 - label : label;
        }),
      );
    const names = errors.map((_, i) => `person ${i}`);
    return compareAtGate(labels, groups, names, K, { champion: saying(0), candidate: saying(1) }, cycles);
  }

  const uneven = (count: number): number[] => Array.from({ length: count }, (_, i) => (((37 * i) % 61) - 20) / 1000);

  // scipy 1.17, d the differences of macro-F1: np.mean(d) +- stats.t.ppf(.95, 3 + n) * np.sqrt(v / n), n = len(d),
  // v = (4 * .05 ** 2 + ((d - np.mean(d)) ** 2).sum()) / (3 + n).
  it.each<[string, readonly number[], [number, number]]>([
    ["two people", [0.1, 0.2], [0.07195751208278857, 0.2280424879172115]],
    ["four", [0.02, -0.01, 0.04, 0.03], [-0.01822839269997528, 0.058228392699975276]],
    ["seven", [-0.05, -0.05, -0.05, 0.1, 0.1, 0.1, 0.1], [-0.012028759711077794, 0.08345733113964922]],
    ["31", uneven(31), [0.0022649397101519586, 0.016960866741460943]],
    ["32", uneven(32), [0.0030314203231099866, 0.017406079676890014]],
    ["40", uneven(40), [0.003042218873785295, 0.015257781126214705]],
  ])("of %s is that of SciPy's t and the moderated variance", (_, differences, [low, high]) => {
    const { interval, mean_difference } = people(differences.map((d) => [300, 300 - Math.round(1000 * d)]));
    const half = (high - low) / 2;
    expect(mean_difference).toBeCloseTo((low + high) / 2, 12);
    expect(Math.abs(interval[0] - low)).toBeLessThan(1e-9 * half);
    expect(Math.abs(interval[1] - high)).toBeLessThan(1e-9 * half);
  });

  // scipy 1.17: integrate.quad(lambda x: x * n * norm.pdf(x) * norm.cdf(x) ** (n - 1), -9, 9), n cycles
  it.each([
    [1, 0],
    [2, 0.5641895835],
    [3, 0.8462843753],
    [6, 1.2672063607],
    [10, 1.5387527308],
    [11, 1.5864363519],
    [21, 1.8891679149],
  ])("allows for the expected maximum of %d normal numbers if there are as many cycles", (cycles, largest) => {
    const { chance, interval } = people(
      [
        [300, 200],
        [300, 100],
      ],
      cycles,
    );
    // scipy: stats.t.ppf(.95, 5); the candidate contributes half of a difference's variance
    const error = (interval[1] - interval[0]) / 2 / 2.0150483733;
    expect(chance).toBeCloseTo((largest * error) / Math.SQRT2, 6);
  });

  it("lies around the mean, and does not depend on the order of the people", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 2, maxLength: 6 }), (errors) => {
        const scaled = errors.map(([a, b]) => [50 * a, 50 * b] as const);
        const [one, other] = [people(scaled), people(scaled.toReversed())];
        expect(one.interval[0]).toBeLessThanOrEqual(one.mean_difference + 1e-12);
        expect(one.interval[1]).toBeGreaterThanOrEqual(one.mean_difference - 1e-12);
        expect(other.interval[0]).toBeCloseTo(one.interval[0], 9);
        expect(other.mean_difference).toBeCloseTo(one.mean_difference, 9);
      }),
      { numRuns: 20 },
    );
  });
});

const named = (rules: readonly GateRule[], name: string): GateRule => rules.find((rule) => rule.name === name)!;
const failed = (rules: readonly GateRule[]): string[] => rules.filter(({ passed }) => !passed).map(({ name }) => name);

describe("the rules on labelled people", () => {
  const good: HoldoutComparison = {
    people: [],
    champion_macro_f1: 0.8,
    candidate_macro_f1: 0.82,
    mean_difference: 0.01,
    interval: [-0.02, 0.04],
    cycles: 3,
    chance: 0.005,
  };

  it("accept a better candidate", () => {
    expect(holdoutPromotionRules(2, good).map(({ name }) => name)).toEqual([
      "winner",
      "macro-F1",
      "people",
      "worst case",
    ]);
    expect(failed(holdoutPromotionRules(2, good))).toEqual([]);
  });

  it.each<[string, number, Partial<HoldoutComparison>]>([
    ["winner", 0, {}],
    ["macro-F1", 1, { candidate_macro_f1: 0.8 }],
    ["macro-F1", 1, { candidate_macro_f1: 0.79 }],
    ["people", 1, { mean_difference: 0.005 }],
    ["people", 1, { chance: 0.011 }],
    ["worst case", 1, { interval: [-0.051, 0.2] }],
    ["worst case", 1, { interval: [-gateLimits.worstCase, 0.2] }],
  ])("stop it by %s alone", (name, winner, change) => {
    expect(failed(holdoutPromotionRules(winner, { ...good, ...change }))).toEqual([name]);
  });

  it("accept what is just within their limits", () => {
    const narrow: Partial<HoldoutComparison> = {
      candidate_macro_f1: 0.8 + 1e-9,
      mean_difference: 0.0051,
      interval: [-0.0499, 0.0499],
    };
    expect(failed(holdoutPromotionRules(1, { ...good, ...narrow }))).toEqual([]);
  });

  it("say with which numbers", () => {
    const rules = holdoutPromotionRules(3, good);
    expect(named(rules, "winner")).toMatchObject({ value: 3, limit: 1 });
    expect(named(rules, "macro-F1").value).toBeCloseTo(0.02, 12);
    expect(named(rules, "people")).toMatchObject({ value: 0.01, limit: 0.005 });
    expect(named(rules, "worst case")).toMatchObject({ value: -0.02, limit: -0.05 });
    for (const { about } of rules) expect(about).not.toBe("");
  });
});

describe("the rules on unlabelled windows", () => {
  const champion: Proxies = { mean_confidence: 0.7, mean_entropy: 0.4, flip_rate: 0.2, drift: 0.3 };

  it("accept what lost nothing, or less than chance explains", () => {
    expect(failed(proxyPromotionRules(champion, champion))).toEqual([]);
    const better: Proxies = { mean_confidence: 0.9, mean_entropy: 0.2, flip_rate: 0.1, drift: 0.1 };
    expect(failed(proxyPromotionRules(champion, better))).toEqual([]);
    const little: Proxies = { mean_confidence: 0.681, mean_entropy: 0.419, flip_rate: 0.219, drift: 0.319 };
    expect(failed(proxyPromotionRules(champion, little))).toEqual([]);
  });

  it("accept what lost as much as the limit", () => {
    const none: Proxies = { mean_confidence: 0, mean_entropy: 0, flip_rate: 0, drift: 0 };
    const limit = gateLimits.proxySlack;
    expect(
      failed(
        proxyPromotionRules(none, { mean_confidence: -limit, mean_entropy: limit, flip_rate: limit, drift: limit }),
      ),
    ).toEqual([]);
  });

  it.each<[string, Partial<Proxies>]>([
    ["confidence", { mean_confidence: 0.679 }],
    ["entropy", { mean_entropy: 0.421 }],
    ["flip rate", { flip_rate: 0.221 }],
    ["drift", { drift: 0.321 }],
  ])("stop by %s alone", (name, change) => {
    const rules = proxyPromotionRules(champion, { ...champion, ...change });
    expect(failed(rules)).toEqual([name]);
    expect(named(rules, name).value).toBeCloseTo(0.021, 12);
    expect(named(rules, name).limit).toBe(gateLimits.proxySlack);
  });

  it("do not apply to the flip rate if no window has a neighbour", () => {
    const none: Proxies = { ...champion, flip_rate: null };
    for (const rules of [proxyPromotionRules(champion, none), proxyPromotionRules(none, champion)]) {
      expect(named(rules, "flip rate")).toMatchObject({ passed: true, value: null });
    }
  });
});
