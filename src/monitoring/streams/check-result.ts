// The result of a check, as printed with --json, stored in the ledger and published as a schema. Keys are snake_case, as in
// the other files that other tools read. Comparisons that could not be made are left out, never filled in.
import { z } from "zod";

/** What a batch is compared with: the training data, the stream's first batches, or its latest batches. */
export type ReferenceName = "baseline" | "anchor" | "rolling";

/** Distances of one channel from a reference; each is 0 for equal data, except the ratio, which is 1. */
export interface CheckedChannel {
  /** Kolmogorov-Smirnov distance, 0 to 1. */
  ks: number;
  /** The same distance within each predicted class, averaged over the classes. */
  ks_within_classes: number;
  /** The same, each class standardised by what is usual for it; 0 without standards. Absent from older results. */
  ks_by_class?: number;
  /** Population stability index over the reference's deciles, 0 or more. */
  psi: number;
  /** Wasserstein-1 distance, in standard deviations of the baseline. */
  wasserstein: number;
  /** Jensen-Shannon distance between the shares per bin, 0 to 1. */
  jensen_shannon: number;
  /** Mean of the batch minus mean of the reference, in standard deviations of the baseline. */
  mean_shift: number;
  /** Standard deviation of the batch divided by that of the reference. */
  sd_ratio: number;
}

/** Comparison of the batch with one reference. */
export interface CheckedComparison {
  /** Which reference. */
  reference: ReferenceName;
  /** How the drift-free batches behind the p-value were separated from their reference, or what was used instead of them. */
  method: "people" | "recordings" | "halves of recordings" | "bouts" | "effective sample size" | "constants";
  /** Share of drift-free batches that are at least as far away; null if judged by constants. */
  p_value: number | null;
  /** Number of rehearsed drift-free batches with which the batch was compared. */
  null_batches: number;
  /** How many of them scored at least as high. */
  as_high: number;
  /** Smallest p-value that this many batches can give. */
  resolution: number;
  /** The score behind the p-value: the largest distance, relative to what is usual. */
  score: number;
  /** Channel or signal that is furthest away. */
  channel: string;
  /** Statistic by which it is furthest away. */
  statistic: string;
  /** Whether it is too far away to be due to chance, so that this single batch raises an alarm. */
  beyond_chance: boolean;
  /** Effective length of the batch in seconds. */
  seconds: number;
  /** Share of the batch in classes that the reference lacks. */
  unseen_share: number;
  /** With fixed thresholds: statistics above their constants; `level` is "moderate" or "large". */
  exceeded: { channel: string; statistic: string; value: number; level: string }[];
  /** Distances by channel; empty if the result has been shortened. */
  channels: Record<string, CheckedChannel>;
}

/** Output of the network on the batch, compared with one reference. */
export interface SignalsAgainst {
  /** Total variation distance between the class shares, 0 to 1. */
  mix_shift: number;
  /** KS distance between the confidences. */
  confidence_ks: number;
  /** KS distance between the entropies. */
  entropy_ks: number;
  /** KS distance between the margins (the most probable class over the second). */
  margin_ks: number;
  /** Mean confidence minus that of the reference. */
  confidence_shift: number;
  /** Flip rate minus that of the reference; null if either has none. */
  flip_rate_shift: number | null;
}

/** Fields that every result has. */
export interface AnyBatch {
  schema_version: 1;
  /** Unique within its stream. */
  batch_id: string;
  /** Stream that the batch belongs to. */
  stream: string;
  /** Version of the model that judged the batch. */
  model_version: string;
  /** ISO 8601, UTC. */
  checked_at: string;
}

/** The result for a batch that could be judged. */
export interface JudgedBatch extends AnyBatch {
  /** State of the stream after this batch. */
  verdict: "normal" | "gradual_drift" | "sudden_change";
  /** Whether the name of the change is final; it becomes final five batches after the alarm. */
  confirmed: boolean;
  /** Id of the batch at which the alarm began; null without an alarm. */
  alarm_since: string | null;
  /** Id of the batch at which the change is estimated to have begun; null if unknown. */
  change_point: string | null;
  /** Whether the batch entered the references, so that later batches are compared with it. */
  entered_references: boolean;
  /** Whether the batch differs from the stream's past without raising an alarm. If so, it stays out of the references. */
  doubtful: boolean;
  /** Whether the batch differs from the people in the training data. */
  unfamiliar: boolean;
  /** Thresholds used to judge it. */
  thresholds: "calibrated" | "fixed";
  /** Rows read and kept. */
  rows: number;
  /** Windows labelled. */
  windows: number;
  /** Recorded time. */
  seconds: number;
  /** Reference from which the batch is furthest away; null if nothing could be compared. */
  leading: ReferenceName | null;
  /** One comparison per available reference. */
  comparisons: CheckedComparison[];
  /** Accumulated evidence, and the value at which it raises an alarm for the requested run length. */
  evidence: { value: number; alarm_at: number; average_run_length: number };
  /**
   * Capacity of a reference in batches, and the number of batches that the rolling reference and the anchor held before this
   * batch.
   */
  references: { window_size: number; rolling_batches: number; anchor_batches: number };
  /** Output of the network on the batch, by itself and compared with each reference. */
  signals: {
    class_shares: Record<string, number>;
    mean_confidence: number;
    flip_rate: number | null;
    against: Partial<Record<ReferenceName, SignalsAgainst>>;
  };
  /**
   * Accuracy estimated without labels, with an interval for new people; null if not calibrated. `rehearsed` is true if
   * held-out people had a similar confidence, so that the interval can be relied on.
   */
  accuracy: { estimate: number; lower: number; upper: number; coverage: number; rehearsed: boolean } | null;
  /** Faults that would explain the change, each with the share of the change that it explains (0 to 1). */
  likely_causes: { kind: string; channels: string[]; fault: string; weight: number }[];
  /** Warnings for the reader. */
  warnings: string[];
}

/** The result for a batch that the quality gate rejected. */
export interface RejectedBatch extends AnyBatch {
  verdict: "rejected";
  /** What was expected and what was found. `code` is one of a fixed set; further keys give the place. */
  reasons: {
    code: string;
    message: string;
    advice?: string;
    expected: string;
    found: string;
    [key: string]: unknown;
  }[];
}

/** Result of a check. */
export type CheckResult = JudgedBatch | RejectedBatch;

/** The part of a result that is kept forever. The distances by channel, which make up most of a result, are dropped. */
export function shortenCheckResult(result: CheckResult): CheckResult {
  if (result.verdict === "rejected") return result;
  return { ...result, comparisons: result.comparisons.map((comparison) => ({ ...comparison, channels: {} })) };
}

const share = z.number().min(0).max(1);
const perChannel = z.record(
  z.string(),
  z.object({
    ks: share.describe("Kolmogorov-Smirnov distance"),
    ks_within_classes: share.describe("the same distance within each predicted class, averaged over the classes"),
    ks_by_class: z
      .number()
      .describe("the same, each class standardised by what is usual for it; 0 without such standards")
      .exactOptional(),
    psi: z.number().min(0).describe("population stability index over the reference's deciles"),
    wasserstein: z.number().min(0).describe("Wasserstein-1 distance, in standard deviations of the baseline"),
    jensen_shannon: share,
    mean_shift: z.number().describe("in standard deviations of the baseline"),
    sd_ratio: z.number().min(0).describe("standard deviation of the batch divided by that of the reference"),
  }),
);

const comparison = z.object({
  reference: z.enum(["baseline", "anchor", "rolling"]),
  method: z
    .enum(["people", "recordings", "halves of recordings", "bouts", "effective sample size", "constants"])
    .describe("how the drift-free batches were separated from their reference, or what was used instead of them"),
  p_value: share.nullable().describe("share of drift-free batches at least as far away; null if judged by constants"),
  null_batches: z.int().min(0).describe("number of drift-free batches behind the p-value"),
  as_high: z.int().min(0).describe("number of those batches that were at least as far away"),
  resolution: share.describe("smallest p-value that this many batches can give"),
  score: z.number(),
  channel: z.string().describe("channel or signal with the highest score"),
  statistic: z.string().describe("statistic from which the score is computed"),
  beyond_chance: z.boolean().describe("whether the batch is so far away that it raises an alarm by itself"),
  seconds: z
    .number()
    .min(0)
    .describe("effective length of the part of the batch for which the reference has data to compare it with"),
  unseen_share: share.describe("share of the batch in classes that the reference lacks"),
  exceeded: z
    .array(z.object({ channel: z.string(), statistic: z.string(), value: z.number(), level: z.string() }))
    .describe("statistics above their constants"),
  channels: perChannel.describe("empty in the stored result of an old batch"),
});

const signals = z.object({
  class_shares: z.record(z.string(), share).describe("share of windows by predicted class"),
  mean_confidence: share,
  flip_rate: share.nullable().describe("share of neighbouring windows with different labels"),
  against: z.partialRecord(
    z.enum(["baseline", "anchor", "rolling"]),
    z.object({
      mix_shift: share.describe(
        "total variation distance between the class shares: it depends on what people do, not on the sensor",
      ),
      confidence_ks: share,
      entropy_ks: share,
      margin_ks: share,
      confidence_shift: z.number(),
      flip_rate_shift: z.number().nullable(),
    }),
  ),
});

const judged = z.object({
  schema_version: z.literal(1),
  batch_id: z.string(),
  stream: z.string(),
  model_version: z.string(),
  checked_at: z.iso.datetime(),
  verdict: z.enum(["normal", "gradual_drift", "sudden_change"]),
  confirmed: z.boolean().describe("whether the name of the change is final; until then, a later batch may rename it"),
  alarm_since: z.string().nullable().describe("id of the batch at which the alarm began"),
  change_point: z.string().nullable().describe("id of the batch at which the change is estimated to have begun"),
  entered_references: z.boolean().describe("whether the batch is now part of the stream's own references"),
  doubtful: z
    .boolean()
    .describe(
      "whether the batch differs from the stream's own past without raising an alarm; if so, it is kept out of the references",
    ),
  unfamiliar: z
    .boolean()
    .describe("whether the batch differs from the people that the model learned from, with or without drift"),
  thresholds: z.enum(["calibrated", "fixed"]),
  rows: z.int().min(1),
  windows: z.int().min(1),
  seconds: z.number().positive(),
  leading: z
    .enum(["baseline", "anchor", "rolling"])
    .nullable()
    .describe("reference from which the batch is furthest away"),
  comparisons: z.array(comparison),
  evidence: z.object({
    value: z.number().min(0),
    alarm_at: z.number().positive(),
    average_run_length: z.number().describe("requested average number of batches between false alarms"),
  }),
  references: z.object({
    window_size: z.int().min(1),
    rolling_batches: z.int().min(0).describe("number of batches before this one"),
    anchor_batches: z.int().min(0),
  }),
  signals,
  accuracy: z
    .object({
      estimate: share,
      lower: share,
      upper: share,
      coverage: share,
      rehearsed: z
        .boolean()
        .describe("whether held-out people reached this confidence; if not, the interval guarantees nothing"),
    })
    .nullable()
    .describe("share of correct predictions, estimated without labels; too optimistic if the channels have drifted"),
  likely_causes: z.array(
    z.object({ kind: z.string(), channels: z.array(z.string()), fault: z.string(), weight: share }),
  ),
  warnings: z.array(z.string()),
});

const rejected = z.object({
  schema_version: z.literal(1),
  batch_id: z.string(),
  stream: z.string(),
  model_version: z.string(),
  checked_at: z.iso.datetime(),
  verdict: z.literal("rejected"),
  reasons: z
    .array(
      z.looseObject({
        code: z.string(),
        message: z.string(),
        advice: z.string().exactOptional(),
        expected: z.string(),
        found: z.string(),
      }),
    )
    .min(1),
});

export const checkResultSchema: z.ZodType<CheckResult> = z.discriminatedUnion("verdict", [judged, rejected]);
