import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { innerSplit } from "../../../src/learning/evaluation/inner-split.ts";
import { leakageReport, leakageReportSchema } from "../../../src/learning/evaluation/leakage.ts";
import { outerSplit } from "../../../src/learning/evaluation/outer-split.ts";
import type { SplitKind } from "../../../src/learning/evaluation/split.ts";
import { Rng } from "../../../src/random.ts";
import { anyRuns, gapSamples, type Run, windowsOf } from "./helpers.ts";

const kinds: SplitKind[] = ["group", "leave-one-group-out", "stratified", "blocks"];
const people = (n: number, perClass = 20): Run[] =>
  Array.from({ length: n }, (_, user) => user).flatMap((user) =>
    [0, 1, 2].map((label) => ({ user, recording: label % 2, label, windows: perClass + user, pause: 0.5 })),
  );

/** Returns the parts of every fold: the training, validation and test rows. */
function foldParts(kind: SplitKind, windows: ReturnType<typeof windowsOf>, seed: number, nSplits = 4) {
  const rng = Rng.fromSeed(seed);
  return outerSplit(kind, windows, { nSplits, purgeSamples: 4, rng }).splits.map(({ trainIndex, testIndex }, fold) => ({
    ...innerSplit(kind, windows, trainIndex, { rng: rng.split(`fold-${fold}`), purgeSamples: 4 }),
    testIndex,
    outer: trainIndex,
  }));
}

it("innerSplit validates on as many people as are asked for, if a part has them", () => {
  // 5 people in 3 parts: 2, 2 and 1.
  const windows = windowsOf(people(5));
  const all = Int32Array.from(windows.labels.keys());
  const sizes = (leastPeople: number): Set<number> =>
    new Set(
      Array.from({ length: 20 }, (_, seed) => {
        const rng = Rng.fromSeed(seed);
        const split = innerSplit("group", windows, all, { rng, purgeSamples: 4, fraction: 2 / 5, leastPeople });
        return new Set(split.validationIndex.map((row) => windows.groups[row]!)).size;
      }),
    );
  expect(sizes(1)).toEqual(new Set([1, 2]));
  expect(sizes(2)).toEqual(new Set([2]));
  expect(sizes(3)).toEqual(new Set([1, 2]));
});

describe.each(kinds)("innerSplit: %s", (kind) => {
  const windows = windowsOf(people(10));

  it("validates on about a fifth of the training rows, all classes on both sides, seeded", () => {
    for (let seed = 0; seed < 5; seed++) {
      for (const { trainIndex, validationIndex, outer } of foldParts(kind, windows, seed)) {
        const share = validationIndex.length / outer.length;
        expect(share).toBeGreaterThan(0.1);
        expect(share).toBeLessThan(0.35);
        for (const part of [trainIndex, validationIndex]) {
          expect(new Set(part.map((row) => windows.labels[row]!)).size).toBe(3);
          expect(part.toSorted()).toEqual(part);
          expect(part.every((row) => outer.includes(row))).toBe(true);
        }
      }
      expect(foldParts(kind, windows, seed)).toEqual(foldParts(kind, windows, seed));
    }
    expect(foldParts(kind, windows, 1)).not.toEqual(foldParts(kind, windows, 2));
  });

  it("keeps its parts apart, as the leakage report finds too", () => {
    const folds = foldParts(kind, windows, 1);
    const report = leakageReport(kind, windows, folds);
    expect(leakageReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    const byPerson = kind === "group" || kind === "leave-one-group-out";
    expect(report.no_shared_person).toBe(byPerson);
    expect(report.no_overlapping_range).toBe(kind !== "stratified");
    expect(report.folds.some((fold) => fold.smallest_gap_seconds !== null)).toBe(!byPerson);
    for (const fold of report.folds) {
      expect(fold.test_users.length).toBeGreaterThan(0);
      if (byPerson) {
        expect(fold.train_users.length + fold.validation_users.length + fold.test_users.length).toBe(10);
        expect(fold.smallest_gap_seconds).toBeNull();
      }
      // 4 samples at 2 Hz.
      if (kind === "blocks") expect(fold.smallest_gap_seconds ?? 2).toBeGreaterThanOrEqual(2);
      if (kind === "stratified") expect(fold.overlapping_windows).toBeGreaterThan(0);
    }
  });
});

describe("innerSplit by person", () => {
  it("always leaves both parts somebody, and nobody in both", () => {
    fc.assert(
      fc.property(anyRuns(5), fc.nat(), (runs, seed) => {
        const windows = windowsOf(runs);
        const rows = Int32Array.from(windows.labels.keys());
        const options = { rng: Rng.fromSeed(seed), purgeSamples: 4 };
        if (new Set(windows.groups).size < 2) {
          expect(() => innerSplit("group", windows, rows, options)).toThrow(UserError);
          return;
        }
        const { trainIndex, validationIndex } = innerSplit("group", windows, rows, options);
        const train = new Set(trainIndex.map((row) => windows.groups[row]!));
        const validation = new Set(validationIndex.map((row) => windows.groups[row]!));
        expect(train.size).toBeGreaterThan(0);
        expect(validation.size).toBeGreaterThan(0);
        expect([...train].some((user) => validation.has(user))).toBe(false);
        expect(trainIndex.length + validationIndex.length).toBe(rows.length);
      }),
    );
  });

  it("never takes the only person who has a class away from training, if others could go", () => {
    const windows = windowsOf([...people(6), { user: 2, recording: 5, label: 3, windows: 9, pause: 0 }]);
    const rows = Int32Array.from(windows.labels.keys());
    for (let seed = 0; seed < 30; seed++) {
      const { trainIndex } = innerSplit("group", windows, rows, { rng: Rng.fromSeed(seed), purgeSamples: 4 });
      expect(trainIndex.some((row) => windows.labels[row] === 3)).toBe(true);
    }
  });
});

describe("leakageReport", () => {
  it("counts what a comparison of all pairs finds, on parts that were drawn without care", () => {
    fc.assert(
      fc.property(anyRuns(3), fc.integer({ min: 1, max: 5 }), fc.nat(), (runs, stride, seed) => {
        const windows = windowsOf(runs, stride);
        const rng = Rng.fromSeed(seed);
        const part = windows.labels.map(() => rng.integer(4));
        const rows = (wanted: number) => Int32Array.from(part.keys()).filter((row) => part[row] === wanted);
        const [trainIndex, validationIndex, testIndex] = [rows(0), rows(1), rows(2)];
        const found = leakageReport("stratified", windows, [{ trainIndex, validationIndex, testIndex }]).folds[0]!;

        const learned = [...trainIndex, ...validationIndex];
        const touches = (row: number, other: number): boolean =>
          Math.abs(windows.starts[row]! - windows.starts[other]!) < windows.windowSize;
        expect(found.overlapping_windows).toBe(testIndex.filter((r) => learned.some((o) => touches(r, o))).length);
        expect(found.overlapping_validation_windows).toBe(
          validationIndex.filter((r) => trainIndex.some((o) => touches(r, o))).length,
        );
        const gaps = [...testIndex].flatMap((r) => learned.map((o) => gapSamples(windows, r, o)));
        const smallest = Math.min(...gaps);
        if (smallest === Number.POSITIVE_INFINITY) expect(found.smallest_gap_seconds).toBeNull();
        else expect(found.smallest_gap_seconds).toBeCloseTo(smallest / windows.samplingRateHz, 9);
        const hasUser = (index: Iterable<number>, user: string): boolean =>
          [...index].some((row) => windows.users[windows.groups[row]!] === user);
        const shared = windows.users.filter((user) => hasUser(testIndex, user) && hasUser(learned, user));
        expect(found.shared_users).toEqual(shared);
      }),
    );
  });
});
