// cv_report.json: all results of the cross-validation in one file, for other tools; shown in report.html.

import { z } from "zod";
import type { LabelChanges } from "../../signals/data/label-purity.ts";
import { type QualityReport, qualityReportSchema } from "../../signals/data/quality-report.ts";
import { type ClassificationMetrics, classificationMetricsSchema } from "../evaluation/classification-metrics.ts";
import { type LeakageReport, leakageReportSchema, type TestSetLeakage } from "../evaluation/leakage.ts";
import { type MetricsSummary, metricsSummarySchema } from "../evaluation/metrics-summary.ts";
import type { MixtureChoice } from "./choose-mixture.ts";
import { type FineTuningReport, fineTuningReportSchema } from "./fine-tuning-report.ts";

export type { FineTunedPerson, FineTuningGain, FineTuningReport } from "./fine-tuning-report.ts";
export type { ClassificationMetrics, LeakageReport, MetricsSummary, TestSetLeakage };

/** The content of cv_report.json: every figure of the cross-validation. */
export interface CvReport {
  schema_version: 1;
  /** When the report was written; ISO 8601, UTC. */
  created_at: string;
  /** Version of the model that the report belongs to. */
  model_version: string;
  /** "sha256:..." hash of the recordings' content. */
  data_fingerprint: string;
  /** Options as resolved by `tidemark train`. */
  config: Record<string, unknown>;
  /** K class names, in the order of the network's outputs and the confusion matrices. */
  classes: string[];
  /** Channel names, in the order of the network's inputs. */
  channels: string[];
  /** Quality of the recordings. */
  quality: QualityReport;
  /** Window counts: total, by class and by person. */
  windows: {
    /** Number of windows. */
    total: number;
    /** Number of windows by class. */
    per_class: Record<string, number>;
    /** Number of windows by person. */
    per_user: Record<string, number>;
    /** Samples not covered by any window, by reason. */
    dropped: {
      /** The reason. */
      reason: string;
      /** Number of stretches that contain such samples. */
      stretches: number;
      /** Number of samples. */
      samples: number;
    }[];
    /**
     * Windows within which the label changes (see `--purity`); absent if there are none, and from reports of earlier versions.
     */
    label_changes?: LabelChanges;
  };
  /** People in each part of each fold, and evidence that the parts do not overlap. */
  leakage: LeakageReport;
  /** Folds in order. */
  folds: FoldReport[];
  /** Metrics over each person's out-of-fold predictions. */
  users: UserReport[];
  /** Metrics over all out-of-fold predictions. */
  pooled: ClassificationMetrics;
  /** Metrics over all out-of-fold predictions, after temperature scaling. */
  pooled_calibrated: ClassificationMetrics;
  /** Means and standard deviations over folds and over people, and the person with the lowest macro-F1. */
  summary: {
    /** Over folds. */
    over_folds: MetricsSummary;
    /** Over people. */
    over_users: MetricsSummary;
    /** The person with the lowest macro-F1. */
    worst_user: {
      /** The person. */
      user: string;
      /** The person's macro-F1. */
      macro_f1: number;
      /** The person's accuracy. */
      accuracy: number;
    };
  };
  /** Metrics of model.onnx on the test set of a fixed split; absent if there is no fixed split. */
  test_set?: TestSetReport;
  /** The gain from starting from another model's weights; absent without --from. */
  fine_tuning?: FineTuningReport;
  /** What the network's logits are divided by in model.onnx. */
  temperature: number;
  /** The fit on all data. */
  final_fit: {
    /** Number of epochs. */
    epochs: number;
    /**
     * Penalty on the linear layer's weights, 1e15 if the layer stays unchanged; absent for a network trained in mini-batches.
     */
    penalty?: number;
    /** Duration. */
    seconds: number;
    /** Number of training windows. */
    n_windows: number;
    /**
     * The choice that `auto` made, and the losses that it is based on; absent for other networks and from reports of earlier
     * versions.
     */
    choice?: MixtureChoice;
  };
  /** Warnings for the reader. */
  warnings: string[];
}

/** The test set of a fixed split. Neither the folds nor the final fit learned from it. */
export interface TestSetReport {
  /** The column that marks the test set. */
  column: string;
  /** Number of rows that were kept. */
  rows: number;
  /** Number of windows labelled with one of the model's classes. */
  windows: number;
  /** Windows by class name. */
  per_class: Record<string, number>;
  /** Metrics by person. */
  users: {
    /** Name of the person. */
    user: string;
    /** Metrics over the person's windows. */
    metrics: ClassificationMetrics;
  }[];
  /** Metrics over all windows. */
  pooled: ClassificationMetrics;
  /** Mean and standard deviation over people. */
  over_users: MetricsSummary;
  /** The person with the lowest macro-F1. */
  worst_user: {
    /** Name of the person. */
    user: string;
    /** The person's macro-F1. */
    macro_f1: number;
    /** The person's accuracy. */
    accuracy: number;
  };
}

/** One fold, tested on people or windows that its network has not learned from. */
export interface FoldReport {
  /** Counted from 1. */
  fold: number;
  /** People in the test part. */
  test_users: string[];
  /** Training windows. */
  n_train: number;
  /** Validation windows. */
  n_validation: number;
  /** Test windows. */
  n_test: number;
  /** The number of the epoch whose weights were kept, counting from 1. */
  best_epoch: number;
  /** Number of epochs run. */
  epochs: number;
  /** The chosen penalty, 1e15 if the layer stayed unchanged; absent for a network trained in mini-batches. */
  penalty?: number;
  /** Duration in seconds. */
  seconds: number;
  /** Metrics on the test part. */
  metrics: ClassificationMetrics;
}

/** One person's windows, each tested by a network that was not trained on it. */
export interface UserReport {
  /** Name of the person. */
  user: string;
  /** The fold that tested this person; null if several did. */
  fold: number | null;
  /** Metrics on the person's windows. */
  metrics: ClassificationMetrics;
}

const count = z.int().min(0);
const counts = z.record(z.string(), count);
const penalty = z.number().positive();
const seconds = z.number().min(0);

export const labelChangesSchema: z.ZodType<LabelChanges> = z.object({
  windows: count.describe("windows that fit between gaps"),
  crossing: count.describe("candidate windows in which the label changes"),
  mostly: count.describe("windows in which the label changes but one label covers at least 80 %"),
  majority: count.describe("windows in which the label changes but one label covers at least half"),
  used: count.describe("windows that are used although the label changes in them"),
});

const worstUser = z.object({ user: z.string(), macro_f1: z.number(), accuracy: z.number() });

export const summarySchema: z.ZodType<CvReport["summary"]> = z.object({
  over_folds: metricsSummarySchema,
  over_users: metricsSummarySchema,
  worst_user: worstUser,
});

export const testSetReportSchema: z.ZodType<TestSetReport> = z.object({
  column: z.string().describe("the column that marks the test set"),
  rows: count,
  windows: count,
  per_class: counts,
  users: z.array(z.object({ user: z.string(), metrics: classificationMetricsSchema })),
  pooled: classificationMetricsSchema,
  over_users: metricsSummarySchema,
  worst_user: worstUser,
});

export const userReportSchema: z.ZodType<UserReport> = z.object({
  user: z.string(),
  fold: z.int().min(1).nullable().describe("the fold that tested this person; null if several did"),
  metrics: classificationMetricsSchema,
});

const choiceSchema: z.ZodType<MixtureChoice> = z.object({
  chosen: z.string().describe("compact, minirocket, or average of all members"),
  losses: z.record(z.string(), z.number()).describe("mean log loss over the people held out, by mixture name"),
  difference: z
    .object({ mean: z.number(), error: z.number() })
    .describe("mean difference between the loss of the average and that of the better network, and its standard error"),
});

export const cvReportSchema: z.ZodType<CvReport> = z.object({
  schema_version: z.literal(1),
  created_at: z.iso.datetime().describe("when the report was written; ISO 8601, UTC"),
  model_version: z.string().min(1),
  data_fingerprint: z.string().describe('"sha256:..." of the recordings\' content, independent of the file format'),
  config: z.record(z.string(), z.unknown()).describe("the resolved configuration that `tidemark train` ran with"),
  classes: z
    .array(z.string())
    .min(2)
    .describe("class names, in the order of the network's outputs and the confusion matrices"),
  channels: z.array(z.string()).min(1),
  quality: qualityReportSchema,
  windows: z.object({
    total: count,
    per_class: counts,
    per_user: counts,
    dropped: z
      .array(z.object({ reason: z.string(), stretches: count, samples: count }))
      .describe("samples not covered by any window, by reason"),
    label_changes: labelChangesSchema.exactOptional().describe("windows within which the label changes"),
  }),
  leakage: leakageReportSchema,
  folds: z.array(
    z.object({
      fold: z.int().min(1),
      test_users: z.array(z.string()),
      n_train: count.describe("windows"),
      n_validation: count.describe("windows"),
      n_test: count.describe("windows"),
      best_epoch: count.describe("the epoch whose weights were kept, counting from 1"),
      epochs: count,
      penalty: penalty.describe("the chosen penalty; absent for a network trained in mini-batches").exactOptional(),
      seconds,
      metrics: classificationMetricsSchema,
    }),
  ),
  users: z.array(userReportSchema).describe("metrics over each person's out-of-fold predictions"),
  pooled: classificationMetricsSchema.describe("metrics over all out-of-fold predictions"),
  pooled_calibrated: classificationMetricsSchema.describe(
    "metrics over all out-of-fold predictions, after temperature scaling",
  ),
  summary: summarySchema,
  test_set: testSetReportSchema.exactOptional().describe("metrics of model.onnx on the test set of a fixed split"),
  fine_tuning: fineTuningReportSchema.exactOptional(),
  temperature: z.number().positive().describe("what the network's logits are divided by in model.onnx"),
  final_fit: z.object({
    epochs: count,
    penalty: penalty.exactOptional(),
    seconds,
    n_windows: count,
    choice: choiceSchema
      .describe("the choice that auto made, and the losses that it is based on; absent for other networks")
      .exactOptional(),
  }),
  warnings: z.array(z.string()),
});
