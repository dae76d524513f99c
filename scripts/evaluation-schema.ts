// The schema of the output of `evaluate --json`.
import { z } from "zod";
import type { PrintedEvaluation } from "../src/interfaces/cli/evaluate-command.ts";
import { classificationMetricsSchema } from "../src/learning/evaluation/classification-metrics.ts";
import { metricsSummarySchema } from "../src/learning/evaluation/metrics-summary.ts";

const share = z.number().min(0).max(1);
const names = z.array(z.string());
const seconds = z.number().min(0);
const interval = z
  .object({ low: z.number(), high: z.number() })
  .nullable()
  .describe("90 % interval; null for a single person");

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
    .describe("confidence intervals of the pooled metrics, by bootstrap over people"),
  over_people: metricsSummarySchema,
  people: z.array(
    z.object({
      user: z.string(),
      metrics: classificationMetricsSchema,
      within: z
        .boolean()
        .describe(
          "whether the person's macro-F1 is within or above the range expected from the cross-validated people",
        ),
      rank: share.describe("estimated share of new people who would score as low as this person or lower"),
      learned: z.boolean().describe("whether a person with this name is in the model's training data"),
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
    .describe("macro-F1 per person: in cross-validation (promised) and in this evaluation (found)"),
  unknown_labels: z.record(z.string(), seconds).describe("seconds per label that is not a class of the model"),
  warnings: names,
  out: z.string().nullable(),
  seconds,
});
