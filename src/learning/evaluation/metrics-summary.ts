// Mean and spread of the headline metrics, over folds or over people.

import { z } from "zod";
import type { ClassificationMetrics } from "./classification-metrics.ts";

/** Mean and sample standard deviation, each null if undefined. */
export interface Spread {
  /** Mean over the members for which the metric is defined; null if there are none. */
  readonly mean: number | null;
  /** Sample standard deviation (n - 1); null for fewer than two members. */
  readonly sd: number | null;
}

/** Metrics over folds or over people. */
export interface MetricsSummary {
  /** Share of correct predictions. */
  readonly accuracy: Spread;
  /** Mean F1 over the classes that occur among the true or predicted labels. */
  readonly macro_f1: Spread;
  /** Mean F1, weighted by the number of windows in each class. */
  readonly weighted_f1: Spread;
  /** Cohen's kappa. */
  readonly kappa: Spread;
  /** Mean negative log-likelihood, nats. */
  readonly log_loss: Spread;
  /** Absolute difference between confidence and accuracy, averaged over bins weighted by their windows. */
  readonly expected_calibration_error: Spread;
}

const spread = z.object({
  mean: z.number().nullable(),
  sd: z.number().min(0).nullable().describe("sample standard deviation (n - 1)"),
});

export const metricsSummarySchema: z.ZodType<MetricsSummary> = z.object({
  accuracy: spread,
  macro_f1: spread,
  weighted_f1: spread,
  kappa: spread,
  log_loss: spread,
  expected_calibration_error: spread,
});

/**
 * Summarises metrics, giving each member (a fold or a person) the same weight however many rows it has; undefined kappas are
 * left out.
 */
export function metricsSummary(members: readonly ClassificationMetrics[]): MetricsSummary {
  return {
    accuracy: summarizeMetric(members.map((m) => m.accuracy)),
    macro_f1: summarizeMetric(members.map((m) => m.macro_f1)),
    weighted_f1: summarizeMetric(members.map((m) => m.weighted_f1)),
    kappa: summarizeMetric(members.map((m) => m.kappa).filter((kappa) => kappa !== null)),
    log_loss: summarizeMetric(members.map((m) => m.log_loss)),
    expected_calibration_error: summarizeMetric(members.map((m) => m.expected_calibration_error)),
  };
}

function summarizeMetric(values: readonly number[]): Spread {
  if (values.length === 0) return { mean: null, sd: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, sd: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}
