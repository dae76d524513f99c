// Compares metrics with scikit-learn's and NumPy's (test/fixtures/scripts/metrics.py).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type ClassificationMetrics,
  classificationMetrics,
  classificationMetricsSchema,
} from "../../../src/learning/evaluation/classification-metrics.ts";
import { macroF1 } from "../../../src/learning/evaluation/f1.ts";
import { metricsSummary, metricsSummarySchema } from "../../../src/learning/evaluation/metrics-summary.ts";
import { argmaxRows } from "../../../src/stats/argmax-rows.ts";

interface Case {
  name: string;
  classes: string[];
  y: number[];
  probabilities: number[];
  expected: {
    accuracy: number;
    macro_f1: number;
    weighted_f1: number;
    kappa: number | null;
    log_loss: number;
    expected_calibration_error: number;
    precision: number[];
    recall: number[];
    f1: number[];
    support: number[];
    confusion_matrix: number[][];
  };
}
const cases: Case[] = JSON.parse(readFileSync(new URL("../../fixtures/metrics.json", import.meta.url), "utf8"));

function compute({ y, probabilities, classes }: Case): ClassificationMetrics {
  return classificationMetrics(Int32Array.from(y), Float32Array.from(probabilities), classes);
}

describe.each(cases)("$name", (fixture) => {
  const { expected, classes } = fixture;
  const metrics = compute(fixture);

  it("equals scikit-learn", () => {
    expect(metrics.n).toBe(fixture.y.length);
    expect(metrics.accuracy).toBeCloseTo(expected.accuracy, 12);
    expect(metrics.macro_f1).toBeCloseTo(expected.macro_f1, 12);
    expect(metrics.weighted_f1).toBeCloseTo(expected.weighted_f1, 12);
    if (expected.kappa === null) expect(metrics.kappa).toBeNull();
    else expect(metrics.kappa).toBeCloseTo(expected.kappa, 12);
    // scikit-learn takes the logarithm in float32.
    expect(Math.abs(metrics.log_loss - expected.log_loss)).toBeLessThan(1e-6 * Math.max(1, expected.log_loss));
    expect(metrics.confusion_matrix).toEqual(expected.confusion_matrix);
    expect(Object.keys(metrics.per_class)).toEqual(classes);
    classes.forEach((name, k) => {
      expect(metrics.per_class[name]!.precision).toBeCloseTo(expected.precision[k]!, 12);
      expect(metrics.per_class[name]!.recall).toBeCloseTo(expected.recall[k]!, 12);
      expect(metrics.per_class[name]!.f1).toBeCloseTo(expected.f1[k]!, 12);
      expect(metrics.per_class[name]!.support).toBe(expected.support[k]);
    });
  });

  it("equals NumPy's calibration error, over bins that contain every row", () => {
    expect(metrics.expected_calibration_error).toBeCloseTo(expected.expected_calibration_error, 6);
    expect(metrics.reliability).toHaveLength(15);
    expect(metrics.reliability.reduce((sum, bin) => sum + bin.n, 0)).toBe(metrics.n);
  });

  it("survives JSON and its schema", () => {
    expect(classificationMetricsSchema.parse(JSON.parse(JSON.stringify(metrics)))).toEqual(metrics);
  });

  it("has its own macro-F1 for the training loop", () => {
    const guess = argmaxRows(Float32Array.from(fixture.probabilities), classes.length);
    expect(macroF1(Int32Array.from(fixture.y), guess, classes.length)).toBe(metrics.macro_f1);
  });
});

describe("wrong usage", () => {
  const half = Float32Array.of(0.5, 0.5);
  it.each([
    ["no rows", Int32Array.of(), Float32Array.of(), /at least one row/],
    ["a missing row", Int32Array.of(0, 1), half, /2 x 2 numbers, got 2/],
    ["an unknown class", Int32Array.of(2), half, /classes in 0..1, got 2/],
    ["an unlabelled row", Int32Array.of(-1), half, /got -1/],
    ["NaN", Int32Array.of(0), Float32Array.of(Number.NaN, 1), /row 0.*NaN/],
    ["logits", Int32Array.of(0), Float32Array.of(3, 1), /sum of 1/],
  ])("%s", (_, y, probabilities, message) => {
    expect(() => classificationMetrics(y, probabilities, ["a", "b"])).toThrow(message);
  });
});

describe("metricsSummary", () => {
  it("gives mean and sample standard deviation, with each member counted once", () => {
    const [a, b, , , single] = cases.map(compute);
    const summary = metricsSummary([a!, b!]);
    expect(summary.accuracy.mean).toBeCloseTo((a!.accuracy + b!.accuracy) / 2, 12);
    expect(summary.accuracy.sd).toBeCloseTo(Math.abs(a!.accuracy - b!.accuracy) / Math.SQRT2, 12);
    expect(metricsSummarySchema.parse(summary)).toEqual(summary);
    // An undefined kappa is left out of the mean, and a single value has no spread.
    expect(metricsSummary([a!, single!]).kappa).toEqual({ mean: a!.kappa, sd: null });
    expect(metricsSummary([single!]).kappa).toEqual({ mean: null, sd: null });
  });
});
