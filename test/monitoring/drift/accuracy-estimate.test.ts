// Offset and half widths against NumPy's and pandas' (test/fixtures/scripts/model_signals.py), and the promise itself on
// simulated people.
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snakeKeys } from "../../../src/letter-case.ts";
import {
  accuracyCalibrationSchema,
  calibrateAccuracy,
  estimateAccuracy,
  type RehearsedBatch,
} from "../../../src/monitoring/drift/accuracy-estimate.ts";
import { Rng } from "../../../src/stats/random.ts";

const fixture: {
  batches: RehearsedBatch[];
  offset: number;
  halfWidths: { coverage: number; windows: number; halfWidth: number }[];
} = JSON.parse(readFileSync(new URL("../../fixtures/model-signals.json", import.meta.url), "utf8")).accuracy;

it("has NumPy's offset and half widths", () => {
  for (const { coverage, windows, halfWidth } of fixture.halfWidths) {
    const { offset, rungs, people } = calibrateAccuracy(fixture.batches, coverage);
    expect(people).toBe(14);
    expect(offset).toBeCloseTo(fixture.offset, 12);
    expect(rungs.find((rung) => rung.windows === windows)!.halfWidth).toBeCloseTo(halfWidth, 12);
  }
  expect(calibrateAccuracy(fixture.batches).rungs.map(({ people, batches }) => [people, batches])).toEqual([
    [14, 84],
    [14, 42],
    [13, 13],
  ]);
});

it("gives the same whatever the order of the batches, and through JSON", () => {
  const calibration = calibrateAccuracy(fixture.batches);
  const reversed = calibrateAccuracy([...fixture.batches].reverse());
  expect(reversed.offset).toBeCloseTo(calibration.offset, 12);
  expect(reversed.rungs).toHaveLength(3);
  expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration);
});

describe("an estimate", () => {
  const calibration = {
    coverage: 0.9,
    people: 20,
    offset: 0.02,
    rungs: [
      { windows: 10, people: 20, batches: 200, halfWidth: 0.2, leastConfidence: 0.6, mostConfidence: 0.97 },
      { windows: 1000, people: 20, batches: 20, halfWidth: 0.1, leastConfidence: 0.8, mostConfidence: 0.95 },
    ],
  };
  const estimate = (windows: number, confidence: number) => estimateAccuracy(calibration, { windows, confidence });

  it("is the confidence with the offset, within an interval between those of the neighbouring lengths", () => {
    const { accuracy, lower, upper, rehearsed } = estimate(100, 0.7);
    expect([accuracy, lower, upper].map((value) => value.toFixed(12))).toEqual([
      "0.720000000000",
      "0.570000000000",
      "0.870000000000",
    ]);
    expect(rehearsed).toBe(true);
    expect(estimate(10, 0.7).lower).toBeCloseTo(0.52, 12);
    expect(estimate(1e6, 0.7).lower).toBeCloseTo(0.62, 12);
  });

  it("stays in 0..1", () => {
    expect(estimate(1000, 1)).toMatchObject({ accuracy: 1, upper: 1 });
    expect(estimate(1000, 0)).toMatchObject({ accuracy: 0.02, lower: 0 });
  });

  it("promises nothing for shorter batches, nor for confidences that nobody showed", () => {
    expect(estimate(9, 0.9)).toMatchObject({ lower: 0, upper: 1, rehearsed: false });
    expect(estimate(9, 1)).toMatchObject({ accuracy: 1, lower: 0, upper: 1 });
    expect(estimate(20, 0.59).rehearsed).toBe(false);
    expect(estimate(2000, 0.79).rehearsed).toBe(false);
    expect(estimate(2000, 0.96).rehearsed).toBe(false);
    expect(estimate(2000, 0.85).rehearsed).toBe(true);
  });

  it("has no interval where too few people were rehearsed, whatever the offset", () => {
    const few = { ...calibration, offset: 0.3, rungs: [{ ...calibration.rungs[0]!, halfWidth: 1 }] };
    expect(estimateAccuracy(few, { windows: 10, confidence: 0.9 })).toMatchObject({ lower: 0, upper: 1 });
  });

  it("is read from a file with shares of 0 to 1, and at least one person, window and batch", () => {
    const accepts = (change: object, rung: object = {}): boolean =>
      accuracyCalibrationSchema.safeParse({
        ...calibration,
        ...change,
        rungs: [{ ...snakeKeys(calibration.rungs[0]!), ...rung }],
      }).success;
    expect(accepts({})).toBe(true);
    expect([0, 1, 0.01, 0.99].map((coverage) => accepts({ coverage }))).toEqual([false, false, true, true]);
    expect([-1, 1, -1.1, 1.1].map((offset) => accepts({ offset }))).toEqual([true, true, false, false]);
    expect([1, 0, 1.5].map((people) => accepts({ people }))).toEqual([true, false, false]);
    for (const name of ["windows", "people", "batches"]) {
      expect([1, 0, 1.5].map((value) => accepts({}, { [name]: value }))).toEqual([true, false, false]);
    }
    for (const name of ["half_width", "least_confidence", "most_confidence"]) {
      expect([0, 1, -0.1, 1.1].map((value) => accepts({}, { [name]: value }))).toEqual([true, true, false, false]);
    }
    expect(accuracyCalibrationSchema.safeParse({ ...calibration, rungs: [] }).success).toBe(false);
  });

  it("has an interval that holds it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (windows, confidence) => {
          const { lower, accuracy, upper } = estimate(windows, confidence);
          expect(0 <= lower && lower <= accuracy && accuracy <= upper && upper <= 1).toBe(true);
        },
      ),
    );
  });
});

it("covers the accuracy of a new person's batch with 9 in 10", () => {
  const rng = Rng.fromSeed(4);
  const windows = 60;
  /** Someone the network suits more or less, and whose batches are easy and hard. */
  const batchesOf = (person: string): RehearsedBatch[] => {
    const unsaid = 0.05 * rng.normal();
    return Array.from({ length: 6 }, () => {
      const confidence = 0.75 + 0.2 * rng.uniform();
      const chance = Math.min(1, Math.max(0, confidence - 0.03 + unsaid));
      const right = Array.from({ length: windows }, () => (rng.uniform() < chance ? 1 : 0));
      return { person, windows, confidence, accuracy: right.reduce<number>((sum, hit) => sum + hit, 0) / windows };
    });
  };
  let covered = 0;
  let total = 0;
  for (let trial = 0; trial < 200; trial++) {
    const calibration = calibrateAccuracy(Array.from({ length: 20 }, (_, p) => batchesOf(`p${p}`)).flat());
    for (const batch of batchesOf("new")) {
      const { lower, upper } = estimateAccuracy(calibration, batch);
      total++;
      if (lower <= batch.accuracy && batch.accuracy <= upper) covered++;
    }
  }
  expect(covered / total).toBeGreaterThan(0.87);
  expect(covered / total).toBeLessThan(0.97);
});

it("gives no interval with fewer than nine people, and no offset of others with one", () => {
  const of = (people: number): RehearsedBatch[] =>
    Array.from({ length: people }, (_, p) => ({
      person: `p${p}`,
      windows: 30,
      confidence: 0.9,
      accuracy: 0.9 + p / 100,
    }));
  expect(calibrateAccuracy(of(8)).rungs[0]!.halfWidth).toBe(1);
  expect(calibrateAccuracy(of(9)).rungs[0]!.halfWidth).toBeLessThan(0.1);
  expect(calibrateAccuracy(of(1))).toMatchObject({ people: 1, offset: 0, rungs: [{ halfWidth: 1 }] });
});

it("refuses what is no share, no batches and no windows", () => {
  const good = { person: "a", windows: 10, confidence: 0.9, accuracy: 0.8 };
  const calibration = calibrateAccuracy([good]);
  expect(() => calibrateAccuracy([])).toThrow(/got none/);
  expect(() => calibrateAccuracy([{ ...good, accuracy: Number.NaN }])).toThrow(/accuracy in 0..1, got NaN/);
  expect(() => calibrateAccuracy([{ ...good, confidence: 95 }])).toThrow(/confidence in 0..1, got 95/);
  expect(() => calibrateAccuracy([{ ...good, windows: 0 }])).toThrow(/windows/);
  expect(() => estimateAccuracy(calibration, { windows: 10, confidence: Number.NaN })).toThrow(/got NaN/);
  expect(() => estimateAccuracy(calibration, { windows: 0, confidence: 0.9 })).toThrow(/windows/);
  // A mean of float32 confidences misses 1 by rounding, and no more.
  expect(() => estimateAccuracy(calibration, { windows: 10, confidence: 1 + 1e-6 })).not.toThrow();
  expect(() => estimateAccuracy(calibration, { windows: 10, confidence: 1 + 3e-6 })).toThrow(/confidence/);
  expect(() => estimateAccuracy(calibration, { windows: 10, confidence: -1e-9 })).toThrow(/confidence/);
  expect(() => calibrateAccuracy([{ ...good, windows: 1.5 }])).toThrow(/windows/);
});
