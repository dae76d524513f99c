// The schema of what `evaluate --json` prints.
import { z } from "zod";
import type { PrintedEvaluation } from "../src/interfaces/cli/evaluate-command.ts";
import { classificationMetricsSchema } from "../src/learning/evaluation/classification-metrics.ts";
import { metricsSummarySchema } from "../src/learning/evaluation/metrics-summary.ts";

const share = z.number().min(0).max(1);
const names = z.array(z.string());
const seconds = z.number().min(0);
const interval = z.object({ low: z.number(), high: z.number() }).nullable().describe("90 %; null with one person");

export const evaluationSchema: z.ZodType<PrintedEvaluation> = z.object({
  model_version: z.string(),
  windows: z.int().min(1),
  classes: names.min(2),
  pooled: classificationMetricsSchema,
  intervals: z
    .object({
      accuracy: interval,
      macro_f1: interval,
      weighted_f1: interval,
      kappa: interval,
      log_loss: interval,
      expected_calibration_error: interval,
      per_class: z.record(z.string(), z.object({ precision: interval, recall: interval, f1: interval })),
    })
    .describe("of the pooled metrics, by bootstrap over people"),
  over_people: metricsSummarySchema,
  people: z.array(
    z.object({
      user: z.string(),
      metrics: classificationMetricsSchema,
      within: z.boolean().describe("whether macro-F1 lies within the cross-validated spread"),
      rank: share.describe("share of people like the cross-validated ones who would score this low by chance"),
      learned: z.boolean().describe("whether the model learned from a person of this name"),
    }),
  ),
  cross_validation: z
    .object({
      people: z.int().min(1),
      promised: share,
      lowest: share,
      highest: share,
      found: share,
      difference: interval.describe("found minus promised"),
      verdict: z.enum(["kept", "better", "worse"]).nullable(),
    })
    .describe("macro-F1 by person: cross-validated (promised) and evaluated (found)"),
  unknown_labels: z.record(z.string(), seconds).describe("seconds by label that the model does not know"),
  warnings: names,
  out: z.string().nullable(),
  seconds,
});
