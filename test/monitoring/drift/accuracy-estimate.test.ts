// Compares the threshold and intervals with those of SciPy and NumPy (test/fixtures/scripts/accuracy_estimate.py), and tests
// the guarantee on simulated people.
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snakeKeys } from "../../../src/letter-case.ts";
import {
  type AccuracyCalibration,
  accuracyCalibrationSchema,
  estimateAccuracy,
} from "../../../src/monitoring/drift/accuracy-estimate.ts";
import { calibrateAccuracy, type HeldOutWindows } from "../../../src/monitoring/drift/calibrate-accuracy.ts";
import { type ModelSignals, modelSignals } from "../../../src/monitoring/summaries/model-signals.ts";
import { Rng } from "../../../src/random.ts";

const fixture: {
  people: { confidences: number[]; correct: number[] }[];
  threshold: number;
  intervals: { coverage: number; windows: number; below: number; above: number }[];
  batch: { confidences: number[]; estimate: number; lower: number; upper: number };
} = JSON.parse(readFileSync(new URL("../../fixtures/accuracy-estimate.json", import.meta.url), "utf8"));

/** Returns the figures that `check` stores about a batch whose windows have these confidences. */
function signalsOf(confidences: readonly number[]): ModelSignals {
  // There are three classes, so that a confidence can be below 1/2.
  const rows = confidences.flatMap((p) => [p, (1 - p) / 2, (1 - p) / 2]);
  return modelSignals(Float32Array.from(rows), 3, new Uint8Array(confidences.length));
}

/**
 * Returns the figures of a batch with exactly this mean confidence. Their counts of confidences are the same for every batch.
 */
function withConfidence(windows: number, confidence: number): Pick<ModelSignals, "windows" | "confidence"> {
  return {
    windows,
    confidence: { counts: signalsOf([0.5]).confidence.counts, millionths: confidence * windows * 1e6 },
  };
}

it("has SciPy's threshold and NumPy's intervals", () => {
  for (const { coverage, windows, below, above } of fixture.intervals) {
    const { threshold, rungs, people } = calibrateAccuracy(fixture.people, [30, 5, 30], coverage);
    expect(people).toBe(12);
    expect(threshold).toBeCloseTo(fixture.threshold, 10);
    const rung = rungs.find((one) => one.windows === windows)!;
    expect(rung.below).toBeCloseTo(below, 10);
    expect(rung.above).toBeCloseTo(above, 10);
    expect(rung.halfWidth).toBeCloseTo((below + above) / 2, 10);
  }
  const { rungs } = calibrateAccuracy(fixture.people, [30, 5, 1000]);
  const batches = (length: number): number =>
    fixture.people.reduce((sum, { correct }) => sum + Math.floor(correct.length / length), 0);
  expect(rungs.map(({ windows, people, batches }) => [windows, people, batches])).toEqual([
    [5, 12, batches(5)],
    [30, 12, batches(30)],
  ]);
});

it("estimates a batch as SciPy does, from its counts", () => {
  const { confidences, estimate, lower, upper } = fixture.batch;
  const told = estimateAccuracy(calibrateAccuracy(fixture.people, [30]), signalsOf(confidences));
  expect(told.accuracy).toBeCloseTo(estimate, 6);
  expect(told.lower).toBeCloseTo(lower, 6);
  expect(told.upper).toBeCloseTo(upper, 6);
  expect(told.rehearsed).toBe(true);
});

it("gives the same whatever the order of people, and through JSON", () => {
  const calibration = calibrateAccuracy(fixture.people, [5, 30]);
  const reversed = calibrateAccuracy([...fixture.people].reverse(), [5, 30]);
  expect(reversed.threshold).toBeCloseTo(calibration.threshold!, 10);
  const sides = ({ rungs }: AccuracyCalibration) =>
    rungs.map(({ below, above }) => [below, above].map((side) => side!.toFixed(8)));
  expect(sides(reversed)).toEqual(sides(calibration));
  expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration);
});

it("is the accuracy of the held-out windows, if the batch is all of them", () => {
  for (const share of [0, 0.3, 1]) {
    const people = fixture.people.map(({ confidences }) => ({
      confidences,
      correct: confidences.map((_, w) => (w % 10 < 10 * share ? 1 : 0)),
    }));
    const windows = people.flatMap(({ correct }) => correct);
    const { accuracy } = estimateAccuracy(
      calibrateAccuracy(people, [5]),
      signalsOf(people.flatMap(({ confidences }) => confidences)),
    );
    expect(accuracy).toBeCloseTo(windows.reduce<number>((sum, hit) => sum + hit, 0) / windows.length, 4);
  }
});

it("has its widest interval at one half, and a narrower one towards 0 and 1", () => {
  const calibration: AccuracyCalibration = {
    coverage: 0.9,
    people: 20,
    offset: 0.3,
    threshold: 1,
    rungs: [{ windows: 10, people: 20, batches: 200, halfWidth: 0.2, leastConfidence: 0, mostConfidence: 1 }],
  };
  const at = (logit: number) => {
    const p = 1 / (1 + Math.exp(-logit));
    return estimateAccuracy(calibration, signalsOf(new Array<number>(10).fill(p)));
  };
  // Windows whose confidence is halfway between two bin edges.
  const half = at(1 + 1 / 64);
  expect(half.accuracy).toBeCloseTo(1 / (1 + Math.exp(-5 / 64)), 6);
  expect(half.upper - half.accuracy).toBeCloseTo(
    0.2 * Math.sqrt((half.accuracy * (1 - half.accuracy) + 0.02) / 0.27),
    6,
  );
  const sure = at(6);
  expect(sure.accuracy).toBeCloseTo(1, 8);
  expect(sure.accuracy - sure.lower).toBeCloseTo(0.2 * Math.sqrt(0.02 / 0.27), 6);
});

describe("an estimate of an older model, which has no threshold,", () => {
  const calibration = {
    coverage: 0.9,
    people: 20,
    offset: 0.02,
    rungs: [
      { windows: 10, people: 20, batches: 200, halfWidth: 0.2, leastConfidence: 0.6, mostConfidence: 0.97 },
      { windows: 1000, people: 20, batches: 20, halfWidth: 0.1, leastConfidence: 0.8, mostConfidence: 0.95 },
    ],
  };
  const estimate = (windows: number, confidence: number) =>
    estimateAccuracy(calibration, withConfidence(windows, confidence));

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

  it("has no interval if too few people were rehearsed, whatever the offset", () => {
    const few = { ...calibration, offset: 0.3, rungs: [{ ...calibration.rungs[0]!, halfWidth: 1 }] };
    expect(estimateAccuracy(few, withConfidence(10, 0.9))).toMatchObject({ lower: 0, upper: 1 });
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
    expect([-24, 24, -24.1, 24.1].map((threshold) => accepts({ threshold }))).toEqual([true, true, false, false]);
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

it("covers the accuracy of a new person's batch for 9 people in 10", () => {
  const rng = Rng.fromSeed(4);
  const windows = 60;
  /**
   * Returns the windows of a new person, whose batches are easy or hard; the network is more or less accurate on this person
   * than on others.
   */
  const windowsOf = (): { confidences: number[]; correct: number[] } => {
    const unsaid = 0.4 * rng.normal();
    const confidences: number[] = [];
    const correct: number[] = [];
    for (let batch = 0; batch < 6; batch++) {
      const ease = 2 + rng.normal();
      for (let w = 0; w < windows; w++) {
        const logit = Math.max(-0.5, ease + rng.normal());
        confidences.push(1 / (1 + Math.exp(-logit)));
        correct.push(rng.uniform() < 1 / (1 + Math.exp(-logit - unsaid)) ? 1 : 0);
      }
    }
    return { confidences, correct };
  };
  let covered = 0;
  let total = 0;
  for (let trial = 0; trial < 100; trial++) {
    const calibration = calibrateAccuracy(Array.from({ length: 20 }, windowsOf), [windows]);
    const { confidences, correct } = windowsOf();
    for (let at = 0; at < correct.length; at += windows) {
      const { lower, upper } = estimateAccuracy(calibration, signalsOf(confidences.slice(at, at + windows)));
      const accuracy = correct.slice(at, at + windows).reduce((sum, hit) => sum + hit, 0) / windows;
      total++;
      if (lower <= accuracy && accuracy <= upper) covered++;
    }
  }
  expect(covered / total).toBeGreaterThan(0.86);
  expect(covered / total).toBeLessThan(0.95);
});

it("gives no interval with fewer than nine people", () => {
  const of = (people: number): HeldOutWindows[] =>
    Array.from({ length: people }, (_, p) => ({
      confidences: new Array<number>(30).fill(0.9),
      correct: Array.from({ length: 30 }, (_, w) => (w < 25 + (p % 5) ? 1 : 0)),
    }));
  const halfWidth = (people: number): number => calibrateAccuracy(of(people), [30]).rungs[0]!.halfWidth;
  expect(halfWidth(8)).toBe(1);
  expect(halfWidth(9)).toBeLessThan(0.2);
  expect(calibrateAccuracy(of(1), [30])).toMatchObject({ people: 1, rungs: [{ halfWidth: 1 }] });
});

it("leaves out who has too few windows for the shortest batch", () => {
  const short = { confidences: [0.4, 0.4], correct: [0, 0] };
  expect(calibrateAccuracy([...fixture.people, short], [5])).toEqual(calibrateAccuracy(fixture.people, [5]));
});

it("refuses what is no share, no batches and no windows", () => {
  const good = { confidences: [0.9, 0.8], correct: [1, 0] };
  const calibration = calibrateAccuracy([good], [1]);
  expect(() => calibrateAccuracy([], [1])).toThrow(/got none/);
  expect(() => calibrateAccuracy([good], [3])).toThrow(/got none/);
  expect(() => calibrateAccuracy([good], [1.5])).toThrow(/whole numbers of windows/);
  expect(() => calibrateAccuracy([good], [0])).toThrow(/whole numbers of windows/);
  expect(() => calibrateAccuracy([good], [1], 1)).toThrow(/coverage/);
  expect(() => calibrateAccuracy([{ ...good, confidences: [0.9, 95] }], [1])).toThrow(/confidence in 0..1, got 95/);
  expect(() => calibrateAccuracy([{ ...good, confidences: [0.9, Number.NaN] }], [1])).toThrow(/got NaN/);
  expect(() => calibrateAccuracy([{ ...good, correct: [1, 0.5] }], [1])).toThrow(/0 or 1 per prediction, got 0.5/);
  expect(() => calibrateAccuracy([{ ...good, correct: [1] }], [1])).toThrow(/2 predictions, correct or not, got 1/);
  expect(() => estimateAccuracy(calibration, withConfidence(10, Number.NaN))).toThrow(/got NaN/);
  expect(() => estimateAccuracy(calibration, withConfidence(0, 0.9))).toThrow(/windows/);
  expect(() => estimateAccuracy(calibration, withConfidence(10, -1e-9))).toThrow(/confidence/);
  // These float32 confidences differ from 1 only by rounding.
  const rounded = calibrateAccuracy([{ ...good, confidences: [0.9, 1 + 1e-6] }], [1]);
  expect(
    accuracyCalibrationSchema.safeParse({ ...rounded, rungs: rounded.rungs.map((rung) => snakeKeys(rung)) }).success,
  ).toBe(true);
  expect(() => calibrateAccuracy([{ ...good, confidences: [0.9, 1 + 3e-6] }], [1])).toThrow(/confidence/);
});
