// Tests on random recordings what every splitter guarantees, and compares the folds with scikit-learn's
// (test/fixtures/scripts/stratified_group_k_fold.py).

import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { blockedSplit } from "../../../src/learning/evaluation/blocked-split.ts";
import { leaveOneGroupOut } from "../../../src/learning/evaluation/leave-one-group-out.ts";
import { outerSplit } from "../../../src/learning/evaluation/outer-split.ts";
import type { Split, SplitKind, WindowPositions } from "../../../src/learning/evaluation/split.ts";
import { stratifiedGroupKFold } from "../../../src/learning/evaluation/stratified-group-k-fold.ts";
import { stratifiedKFold } from "../../../src/learning/evaluation/stratified-k-fold.ts";
import { Rng } from "../../../src/random.ts";
import { anyRuns, gapSamples, windowsOf } from "./helpers.ts";

const kinds: SplitKind[] = ["group", "leave-one-group-out", "stratified", "blocks"];
const anyCase = fc.record({
  runs: anyRuns(6),
  nSplits: fc.integer({ min: 2, max: 4 }),
  stride: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(),
});

/** Returns the splits, or undefined if the splitter rejects the recordings with a message for the user. */
function trySplit(kind: SplitKind, w: WindowPositions, nSplits: number, seed: number): readonly Split[] | undefined {
  try {
    return outerSplit(kind, w, { nSplits, purgeSamples: 3, rng: Rng.fromSeed(seed) }).splits;
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return undefined;
  }
}

describe.each(kinds)("every splitter: %s", (kind) => {
  it("tests every row once, on rows it did not train on, with no empty part, the same for the same seed", () => {
    let split = 0;
    fc.assert(
      fc.property(anyCase, ({ runs, nSplits, stride, seed }) => {
        const windows = windowsOf(runs, stride);
        const before = structuredClone(windows);
        const splits = trySplit(kind, windows, nSplits, seed);
        expect(windows).toEqual(before);
        if (splits === undefined) return;
        split++;
        if (kind !== "leave-one-group-out") expect(splits).toHaveLength(nSplits);
        const tested = splits.flatMap(({ testIndex }) => [...testIndex]).sort((a, b) => a - b);
        expect(tested).toEqual([...windows.labels.keys()]);
        for (const { trainIndex, testIndex } of splits) {
          // Stratified folds may be empty if there are fewer rows than folds.
          if (kind !== "stratified") expect(Math.min(trainIndex.length, testIndex.length)).toBeGreaterThan(0);
          const inTest = new Set(testIndex);
          expect(trainIndex.some((row) => inTest.has(row))).toBe(false);
          if (kind !== "blocks") expect(trainIndex.length + testIndex.length).toBe(windows.labels.length);
          expect(trainIndex.toSorted()).toEqual(trainIndex);
        }
        expect(trySplit(kind, windows, nSplits, seed)).toEqual(splits);
      }),
      { numRuns: 300 },
    );
    expect(split).toBeGreaterThan(20);
  });
});

describe.each(["group", "leave-one-group-out"] as const)("by person: %s", (kind) => {
  it("never has a person on both sides", () => {
    fc.assert(
      fc.property(anyCase, ({ runs, nSplits, stride, seed }) => {
        const windows = windowsOf(runs, stride);
        for (const { trainIndex, testIndex } of trySplit(kind, windows, nSplits, seed) ?? []) {
          const people = new Set(trainIndex.map((row) => windows.groups[row]!));
          expect(testIndex.some((row) => people.has(windows.groups[row]!))).toBe(false);
        }
      }),
    );
  });
});

interface Fixture {
  name: string;
  nSplits: number;
  counts: number[][];
  foldOfGroup: number[];
  deviation: number;
  /** Whether the choice of folds is independent of rounding noise. */
  determined: boolean;
  shuffledDeviations: number[];
}
const fixtures: Fixture[] = JSON.parse(
  readFileSync(new URL("../../fixtures/stratified-group-k-fold.json", import.meta.url), "utf8"),
);

describe.each(fixtures)(
  "stratifiedGroupKFold on $name",
  ({ nSplits, counts, foldOfGroup, deviation, determined, ...fixture }) => {
    const cells = counts.flatMap((row, group) => row.flatMap((n, label) => new Array(n).fill({ group, label })));
    const groups = Int32Array.from(cells, (cell) => cell.group);
    const labels = Int32Array.from(cells, (cell) => cell.label);
    const foldsOf = (splits: Split[]): number[] =>
      counts.map((_, group) => splits.findIndex(({ testIndex }) => testIndex.some((row) => groups[row] === group)));
    const deviationOf = (folds: number[]): number => {
      const totals = counts[0]!.map((_, k) => counts.reduce((sum, row) => sum + row[k]!, 0));
      const deviations = totals.map((total, k) => {
        const shares = Array.from({ length: nSplits }, (_, fold) =>
          counts.reduce((sum, row, group) => sum + (folds[group] === fold ? row[k]! / total : 0), 0),
        );
        return Math.sqrt(shares.reduce((sum, share) => sum + (share - 1 / nSplits) ** 2, 0) / nSplits);
      });
      return deviations.reduce((sum, value) => sum + value, 0) / totals.length;
    };

    if (determined)
      it("makes scikit-learn's folds without shuffling", () => {
        // Folds are compared as sets of people, because the order of empty folds is arbitrary and depends on rounding noise in
        // scikit-learn.
        const parts = (folds: number[]): string[] =>
          [...Map.groupBy(folds.keys(), (group) => folds[group]).values()].map(String).sort();
        expect(parts(foldsOf(stratifiedGroupKFold(labels, groups, { nSplits })))).toEqual(parts(foldOfGroup));
      });

    it("leaves scikit-learn's deviation of class shares without shuffling", () => {
      expect(deviationOf(foldOfGroup)).toBeCloseTo(deviation, 12);
      expect(deviationOf(foldsOf(stratifiedGroupKFold(labels, groups, { nSplits })))).toBeCloseTo(deviation, 3);
    });

    it("balances the classes as scikit-learn does with shuffling", () => {
      const ours = Array.from({ length: 20 }, (_, seed) =>
        deviationOf(foldsOf(stratifiedGroupKFold(labels, groups, { nSplits, rng: Rng.fromSeed(seed) }))),
      );
      const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean(ours) - mean(fixture.shuffledDeviations))).toBeLessThan(0.005);
      expect(Math.max(...ours)).toBeLessThan(Math.max(...fixture.shuffledDeviations) + 0.01);
    });
  },
);

describe("stratifiedKFold", () => {
  it("differs by at most one row per class and fold", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 8 }), fc.integer({ min: 2, max: 5 }), (values, nSplits) => {
        const labels = Int32Array.from([0, 1, ...values]);
        const splits = stratifiedKFold(labels, { nSplits, rng: Rng.fromSeed(1) });
        const spread = (sizes: number[]): number => Math.max(...sizes) - Math.min(...sizes);
        expect(spread(splits.map(({ testIndex }) => testIndex.length))).toBeLessThanOrEqual(1);
        for (const k of new Set(labels)) {
          const inFold = splits.map(({ testIndex }) => testIndex.filter((row) => labels[row] === k).length);
          expect(spread(inFold)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe("blockedSplit", () => {
  it("keeps the gap and every class on both sides, and drops no row needlessly", () => {
    let split = 0;
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 1, max: 6 }), ({ runs, nSplits, stride }, purgeSamples) => {
        const windows = windowsOf(runs, stride);
        let splits: Split[];
        try {
          splits = blockedSplit(windows, { nSplits, purgeSamples });
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          return;
        }
        split++;
        for (const { trainIndex, testIndex } of splits) {
          const classes = (rows: Int32Array): Set<number> => new Set(rows.map((row) => windows.labels[row]!));
          expect(classes(trainIndex)).toEqual(new Set(windows.labels));
          expect(classes(testIndex)).toEqual(new Set(windows.labels));
          const test = new Set(testIndex);
          const train = new Set(trainIndex);
          for (let row = 0; row < windows.labels.length; row++) {
            if (test.has(row)) continue;
            const near = testIndex.some((other) => gapSamples(windows, row, other) < purgeSamples);
            expect(train.has(row)).toBe(!near);
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(split).toBeGreaterThan(10);
  });

  it("tests one contiguous block of each class per fold", () => {
    const one = { user: 0, recording: 0, pause: 0 };
    const windows = windowsOf([
      { ...one, label: 0, windows: 12 },
      { ...one, label: 1, windows: 8 },
    ]);
    const splits = blockedSplit(windows, { nSplits: 4, purgeSamples: 4 });
    expect(splits.map(({ testIndex }) => [...testIndex])).toEqual([
      [0, 1, 2, 12, 13],
      [3, 4, 5, 14, 15],
      [6, 7, 8, 16, 17],
      [9, 10, 11, 18, 19],
    ]);
    // With windows of 4 samples and a stride of 2, three windows on each side of a block are fewer than 4 samples away from it.
    expect([...splits[1]!.trainIndex]).toEqual([9, 10, 11, 19]);
  });
});

describe("wrong usage says what to do", () => {
  const rng = Rng.fromSeed(1);
  const three = windowsOf([0, 1, 2].flatMap((user) => [0, 1].map((label) => run(user, label, 6))));
  const single = windowsOf([0, 1].map((label) => run(0, label, 6)));
  function run(user: number, label: number, windows: number) {
    return { user, recording: 0, label, windows, pause: 1 };
  }
  const options = { nSplits: 5, purgeSamples: 4, rng };

  it.each<[string, () => unknown, RegExp, RegExp]>([
    ["fewer people than folds", () => outerSplit("group", three, options), /people as folds, got 3 for 5/, /--folds 3/],
    ["one person", () => outerSplit("group", single, options), /got 1 for 5/, /--split blocks/],
    ["one person left out", () => leaveOneGroupOut(single.groups), /two people, got 1/, /--split blocks/],
    ["one fold", () => outerSplit("group", three, { ...options, nSplits: 1 }), /at least 2, got 1/, /--folds 5/],
    ["half a fold", () => outerSplit("blocks", three, { ...options, nSplits: 2.5 }), /got 2.5/, /--folds 5/],
    ["one class", () => outerSplit("stratified", windowsOf([run(0, 1, 9)]), options), /got one: "walk"/, /--label/],
    ["no windows", () => outerSplit("group", windowsOf([]), options), /got no windows/, /--label/],
    ["a short class", () => outerSplit("blocks", single, options), /class "sit" is too short/, /--window/],
  ])("%s", (_, act, message, advice) => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(error.message).toMatch(message);
      expect(error.advice).toMatch(advice);
      return;
    }
    expect.unreachable("expected a UserError");
  });

  it("warns about classes that one person or too few people have, and about parts that share people", () => {
    const rare = windowsOf([
      ...[0, 1, 2].flatMap((u) => [run(u, 0, 4), run(u, 1, 4)]),
      run(1, 2, 9),
      run(0, 3, 9),
      run(2, 3, 9),
    ]);
    const by = (kind: SplitKind) => outerSplit(kind, rare, { ...options, nSplits: 3, purgeSamples: 1 }).warnings;
    const few = expect.stringMatching(
      /few windows of sit \(12\), walk \(12\), run \(9\), lie \(18\)\. .* 33 points with 9 windows.*--exclude sit,walk,run,lie/,
    );
    expect(by("group")).toEqual([
      few,
      expect.stringMatching(/class "run" comes from only one person \(person 1\).* by up to 0\.25\. .*--exclude run/),
      expect.stringMatching(/class "lie" comes from 2 people, so not all 3 folds test it/),
    ]);
    expect(by("leave-one-group-out")).toEqual([few, expect.stringMatching(/"run" comes from only one person/)]);
    expect(by("stratified")).toEqual([few, expect.stringMatching(/leaks/)]);
    expect(by("blocks")).toEqual([few, expect.stringMatching(/the same 3 people/)]);
    expect(outerSplit("group", three, { ...options, nSplits: 3 }).warnings).toEqual([
      expect.stringMatching(/^There is no window for run, lie, .*--exclude run,lie/),
      expect.stringMatching(/^There are few windows of sit \(18\), walk \(18\)\./),
    ]);
  });
});
