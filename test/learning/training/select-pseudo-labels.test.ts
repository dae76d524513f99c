// Compares selection with a reference implementation that selects window by window, and tests the guarantees of each selector.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Selection,
  type SelectionRule,
  type SelectorName,
  selectPseudoLabels,
} from "../../../src/learning/training/select-pseudo-labels.ts";

const selectors: readonly SelectorName[] = ["percentile-per-class", "percentile-global", "fixed"];

/**
 * Makes one row per window: `confidence` for class `k` of three, and the remaining probability divided between the other two.
 */
function rows(...windows: (readonly [k: number, confidence: number])[]): Float32Array {
  return Float32Array.from(
    windows.flatMap(([k, confidence]) => [0, 1, 2].map((i) => (i === k ? confidence : (1 - confidence) / 2))),
  );
}

const select = (probabilities: Float32Array, rule: Partial<SelectionRule>): Selection =>
  selectPseudoLabels(probabilities, 3, {
    selector: "percentile-per-class",
    share: 0.5,
    threshold: 0.9,
    floor: 0,
    caps: [100, 100, 100],
    ...rule,
  });

/**
 * Ten windows of class 0 with confidences from .50 to .95, followed by four windows of class 1 from .40 to .55; class 2 has
 * none.
 */
const two = rows(
  ...Array.from({ length: 10 }, (_, i) => [0, 0.5 + 0.05 * i] as const),
  ...Array.from({ length: 4 }, (_, i) => [1, 0.4 + 0.05 * i] as const),
);

describe("a share of each class", () => {
  it("consists of the most certain windows predicted as that class, rounded up", () => {
    const { rows: chosen, labels, counts, thresholds } = select(two, { share: 0.25 });
    expect([...chosen]).toEqual([7, 8, 9, 13]);
    expect([...labels]).toEqual([0, 0, 0, 1]);
    expect(counts).toEqual([3, 1, 0]);
    expect(thresholds).toEqual([Math.fround(0.85), Math.fround(0.55), null]);
  });

  it("is not increased by the rounding error of a product", () => {
    const hundred = rows(...Array.from({ length: 100 }, (_, i) => [0, 0.5 + 0.004 * i] as const));
    for (let percent = 0; percent <= 100; percent++) {
      for (const selector of ["percentile-per-class", "percentile-global"] as const) {
        expect(select(hundred, { selector, share: percent / 100 }).rows).toHaveLength(percent);
      }
    }
  });

  it("is increased by one if the share is larger by a millionth", () => {
    expect(select(two, { share: 0.1 }).counts).toEqual([1, 1, 0]);
    expect(select(two, { share: 0.100001 }).counts).toEqual([2, 1, 0]);
    expect(select(two, { share: 0.1000001 }).counts).toEqual([2, 1, 0]);
  });

  it("is at least the floor, if there are enough windows", () => {
    expect(select(two, { share: 0.1, floor: 3 }).counts).toEqual([3, 3, 0]);
    expect(select(two, { share: 0.1, floor: 8 }).counts).toEqual([8, 4, 0]);
  });

  it("is at most the cap, which takes precedence over the floor", () => {
    expect(select(two, { share: 1, caps: [4, 100, 100] }).counts).toEqual([4, 4, 0]);
    expect(select(two, { share: 0.1, floor: 3, caps: [2, 1, 100] })).toMatchObject({ counts: [2, 1, 0] });
    expect(select(two, { share: 1, floor: 3, caps: [0, 0, 0] })).toMatchObject({
      counts: [0, 0, 0],
      thresholds: [null, null, null],
      rows: new Int32Array(),
      labels: new Int32Array(),
    });
  });

  it("is empty for a share of 0, whatever the floor, and complete for a share of 1", () => {
    expect(select(two, { share: 0, floor: 3 }).counts).toEqual([0, 0, 0]);
    expect([...select(two, { share: 1 }).rows]).toEqual([...Array(14).keys()]);
  });

  it("takes the earlier of equally certain windows", () => {
    const equal = rows([0, 0.8], [1, 0.8], [0, 0.8], [0, 0.9], [1, 0.8], [0, 0.8]);
    expect([...select(equal, { share: 0.5 }).rows]).toEqual([0, 1, 3]);
    expect([...select(equal, { selector: "percentile-global", share: 0.5 }).rows]).toEqual([0, 1, 3]);
  });
});

describe("the other selectors", () => {
  it("a share of all windows leaves out a less certain class, except for the floor", () => {
    expect(select(two, { selector: "percentile-global", share: 0.5 }).counts).toEqual([7, 0, 0]);
    expect(select(two, { selector: "percentile-global", share: 0.5, floor: 3 }).counts).toEqual([7, 3, 0]);
  });

  it("a fixed confidence takes all windows at or above it, without share and floor, up to the cap", () => {
    const rule = { selector: "fixed", threshold: Math.fround(0.55), floor: 3 } as const;
    expect(select(two, rule).counts).toEqual([9, 1, 0]);
    expect(select(two, { ...rule, share: 0 }).counts).toEqual([9, 1, 0]);
    expect(select(two, { ...rule, caps: [5, 100, 100] }).counts).toEqual([5, 1, 0]);
    expect(select(two, { ...rule, threshold: 0.96 }).rows).toHaveLength(0);
  });
});

it.each([-0.1, 1.1, Number.NaN])("rejects a share or a threshold of %s", (value) => {
  expect(() => select(two, { share: value })).toThrow(/share: expected 0 to 1/);
  expect(() => select(two, { threshold: value })).toThrow(/threshold: expected 0 to 1/);
});

it("selects nothing from no windows", () => {
  for (const selector of selectors)
    expect(select(new Float32Array(), { selector, share: 1, floor: 3 }).counts).toEqual([0, 0, 0]);
});

const K = 4;
/** Generates probabilities with few distinct confidences, so that ties are common. */
const anyProbabilities: fc.Arbitrary<Float32Array> = fc
  .array(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: K, maxLength: K }), { maxLength: 40 })
  .map((weights) =>
    Float32Array.from(weights.flatMap((row) => row.map((weight) => weight / row.reduce((a, b) => a + b)))),
  );
const anyShare = fc.oneof(
  fc.constantFrom(0, 0.2, 0.4, 0.5, 1),
  fc.nat(1000).map((n) => n / 1000),
);
const anyRule: fc.Arbitrary<SelectionRule> = fc.record({
  selector: fc.constantFrom(...selectors),
  share: anyShare,
  threshold: fc.double({ min: 0, max: 1, noNaN: true }),
  floor: fc.nat(5),
  caps: fc.array(fc.nat(12), { minLength: K, maxLength: K }),
});

const roundedUp = (n: number): number => (Math.abs(n - Math.round(n)) < 1e-9 ? Math.round(n) : Math.ceil(n));

/** The reference implementation repeatedly chooses the most confident window among those that remain. */
function slowly(probabilities: Float32Array, { selector, share, threshold, floor, caps }: SelectionRule): number[] {
  const windows = Array.from({ length: probabilities.length / K }, (_, row) => {
    const own = [...probabilities.slice(row * K, (row + 1) * K)];
    const confidence = Math.max(...own);
    return { row, confidence, k: own.indexOf(confidence) };
  });
  const takeSurest = (from: typeof windows, n: number): typeof windows => {
    const left = [...from];
    const taken: typeof windows = [];
    while (taken.length < n && left.length > 0) {
      const most = Math.max(...left.map(({ confidence }) => confidence));
      taken.push(
        ...left.splice(
          left.findIndex(({ confidence }) => confidence === most),
          1,
        ),
      );
    }
    return taken;
  };
  const ofAll = takeSurest(windows, roundedUp(share * windows.length));
  const chosen = caps.flatMap((cap, k) => {
    const own = windows.filter((window) => window.k === k);
    if (selector === "fixed")
      return takeSurest(
        own.filter(({ confidence }) => confidence >= threshold),
        cap,
      );
    const wanted =
      selector === "percentile-global"
        ? ofAll.filter((window) => window.k === k).length
        : roundedUp(share * own.length);
    return takeSurest(own, Math.min(cap, share === 0 ? 0 : Math.max(wanted, floor)));
  });
  return chosen.map(({ row }) => row).sort((a, b) => a - b);
}

describe("whatever the probabilities and the rule,", () => {
  it("the windows are the same as those of the slow reference", () => {
    fc.assert(
      fc.property(anyProbabilities, anyRule, (probabilities, rule) => {
        expect([...selectPseudoLabels(probabilities, K, rule).rows]).toEqual(slowly(probabilities, rule));
      }),
      { numRuns: 500 },
    );
  });

  it("labels are the predicted classes, and counts and thresholds are those of the selection", () => {
    fc.assert(
      fc.property(anyProbabilities, anyRule, (probabilities, rule) => {
        const { rows: chosen, labels, counts, thresholds } = selectPseudoLabels(probabilities, K, rule);
        const of = (row: number): number[] => [...probabilities.slice(row * K, (row + 1) * K)];
        chosen.forEach((row, i) => {
          expect(labels[i]).toBe(of(row).indexOf(Math.max(...of(row))));
        });
        for (let k = 0; k < K; k++) {
          const own = [...chosen].filter((_, i) => labels[i] === k).map((row) => Math.max(...of(row)));
          expect(counts[k]).toBe(own.length);
          expect(counts[k]).toBeLessThanOrEqual(rule.caps[k]!);
          expect(thresholds[k]).toBe(own.length === 0 ? null : Math.min(...own));
        }
      }),
    );
  });

  it("a larger share contains the whole selection of a smaller one", () => {
    fc.assert(
      fc.property(anyProbabilities, anyRule, anyShare, (probabilities, rule, share) => {
        const [less, more] = [rule.share, share].sort((a, b) => a - b);
        const [few, many] = [less!, more!].map(
          (own) => selectPseudoLabels(probabilities, K, { ...rule, share: own }).rows,
        );
        expect([...many!]).toEqual(expect.arrayContaining([...few!]));
      }),
    );
  });
});
