// Tests the evidence that a batch adds to its stream, using comparisons with chosen p-values.
import { describe, expect, it } from "vitest";
import type { Comparison, ReferenceKind } from "../../../src/monitoring/drift/comparison.ts";
import { evidenceOf } from "../../../src/monitoring/drift/evidence.ts";
import { pastEvidence } from "../../../src/monitoring/drift/past-evidence.ts";
import { comparisonOf, pValueOf } from "./hand-made.ts";

interface Chosen {
  readonly p?: number;
  readonly usual?: number | null;
  readonly unseenShare?: number;
  readonly excess?: number;
  /** The score of the far distance, if it exceeds its limit. */
  readonly beyond?: number;
  readonly impossible?: boolean;
}

const { resolution } = pValueOf(1);
function comparison(reference: ReferenceKind, { p = 0.5, usual, beyond, ...chosen }: Chosen = {}): Comparison {
  return comparisonOf(reference, p, {
    ...chosen,
    usual: reference !== "baseline" || usual === null ? null : pValueOf(usual ?? p),
    far: beyond === undefined ? null : { score: beyond, channel: "x", statistic: "wasserstein" },
    beyond: beyond !== undefined && beyond > 1,
  });
}

describe("the part of a batch that the stream's past has", () => {
  it("counts by its p-value against that past, whatever the training data say", () => {
    const comparisons = [comparison("baseline", { p: 0.005 }), comparison("anchor", { p: 0.3 }), comparison("rolling")];
    expect(pastEvidence(comparisons, { hasPast: true }).eValues).toEqual({
      anchor: evidenceOf(0.3),
      rolling: evidenceOf(0.5),
    });
  });
});

describe("the part of a batch that the stream's past lacks", () => {
  it("counts by its distance from the same activity in the training data", () => {
    expect(pastEvidence([comparison("baseline", { p: 0.005 })], { hasPast: true }).eValues.anchor).toBe(
      evidenceOf(0.005),
    );
    expect(pastEvidence([comparison("baseline", { p: 0.7 })], { hasPast: true }).eValues.rolling).toBe(evidenceOf(0.7));
  });

  it("counts by its share of the batch", () => {
    const comparisons = [comparison("baseline", { p: 0.005 }), comparison("anchor", { p: 0.4, unseenShare: 0.25 })];
    const { anchor, rolling } = pastEvidence(comparisons, { hasPast: true }).eValues;
    expect(anchor).toBeCloseTo(0.25 * evidenceOf(0.005) + 0.75 * evidenceOf(0.4), 12);
    expect(rolling).toBe(evidenceOf(0.005));
  });

  it("is a new activity if other people, or the stream itself, are as far from the training data", () => {
    expect(pastEvidence([comparison("baseline", { p: 0.3, usual: 0.005 })], { hasPast: true }).eValues.anchor).toBe(
      evidenceOf(0.3),
    );
    expect(pastEvidence([comparison("baseline", { p: 0.005, usual: 0.6 })], { hasPast: true }).eValues.anchor).toBe(
      evidenceOf(0.6),
    );
  });

  it("says nothing for a stream without a past, or if no other people were rehearsed", () => {
    const nothing = { eValues: { anchor: null, rolling: null }, isBeyond: false };
    expect(pastEvidence([comparison("baseline", { p: 0.005 })], { hasPast: false })).toEqual(nothing);
    expect(pastEvidence([comparison("baseline", { p: 0.005, usual: null })], { hasPast: true })).toEqual(nothing);
    expect(pastEvidence([], { hasPast: true })).toEqual(nothing);
  });
});

describe("a batch whose stream has outlived its anchor", () => {
  const comparisons = [comparison("baseline", { p: 0.4, usual: 0.2 }), comparison("anchor", { p: 0.01 })];

  it("is compared with the training data instead of the first batches, and with the last batches as before", () => {
    const all = [...comparisons, comparison("rolling", { p: 0.03 })];
    const { eValues } = pastEvidence(all, { hasPast: true, isAnchorOutlived: true });
    expect(eValues).toEqual({ anchor: evidenceOf(0.4), rolling: evidenceOf(0.03) });
  });
});

describe("a batch further from everything than any rehearsed batch", () => {
  const far = (...excess: readonly [number, number, number]) =>
    pastEvidence(
      (["baseline", "anchor", "rolling"] as const).map((kind, i) =>
        comparison(kind, { p: resolution, excess: excess[i]! }),
      ),
      { hasPast: true },
    ).eValues.anchor!;

  it("says more the further it is", () => {
    expect(far(1, 1, 1)).toBe(evidenceOf(resolution));
    expect(far(2, 3, 2)).toBeCloseTo(evidenceOf(resolution ** 2), 6);
    expect(far(3, 3, 4)).toBeGreaterThan(50 * far(2, 2, 2));
  });

  it("is a separate bet, whatever activity fills it", () => {
    const isBeyond = (excess: number) =>
      pastEvidence([comparison("baseline", { p: resolution, excess })], { hasPast: true }).isBeyond;
    expect([1, 1.01].map(isBeyond)).toEqual([false, true]);
  });

  it("has a limit that is a number", () => expect(far(1e6, 1e6, 1e6)).toBe(evidenceOf(Number.MIN_VALUE)));

  it("says no more than the rehearsed ones if it is far from some references only", () => {
    expect(far(9, 9, 0.9)).toBe(evidenceOf(resolution));
    expect(far(0.5, 9, 9)).toBe(evidenceOf(resolution));
  });
});

describe("a batch that spreads more widely than chance reaches", () => {
  const { people } = pValueOf(1);
  const eValue = (...beyond: readonly (number | undefined)[]) =>
    pastEvidence(
      (["baseline", "anchor", "rolling"] as const).map((kind, i) => comparison(kind, { beyond: beyond[i] ?? 0.5 })),
      { hasPast: true },
    ).eValues.anchor!;

  it("is evidence against the whole past, more the wider it is", () => {
    expect(eValue(1.2, 1.1, 4)).toBeCloseTo(evidenceOf((people + 1) ** -2.2), 6);
    expect(eValue(3, 3, 3)).toBeGreaterThan(1000 * eValue(1.1, 1.1, 1.1));
  });

  it("is no evidence if one of the references spreads as widely", () => {
    expect(eValue(3, 3)).toBe(evidenceOf(0.5));
    expect(eValue(undefined, 3, 3)).toBe(evidenceOf(0.5));
  });

  it("is evidence before the stream has a past", () => {
    const { eValues, isBeyond } = pastEvidence([comparison("baseline", { beyond: 1.1 })], { hasPast: false });
    const e = evidenceOf((people + 1) ** -2.2);
    expect(eValues).toEqual({ anchor: e, rolling: e });
    expect(isBeyond).toBe(true);
  });

  it("is left to physics if no person gives such values", () => {
    const impossible = { beyond: 9, impossible: true };
    expect(
      pastEvidence([comparison("baseline", impossible), comparison("anchor")], { hasPast: true }).eValues.anchor,
    ).toBe(evidenceOf(0.5));
  });
});
