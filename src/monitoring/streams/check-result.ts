// What a check answers, as it is printed with --json, stored in the ledger and published as a schema. Keys are snake_case,
// as in the other files that other tools read. What could not be compared is left out, never filled in.
import { z } from "zod";

type ReferenceName = "baseline" | "anchor" | "rolling";

export interface CheckedChannel {
  ks: number;
  ks_within_classes: number;
  psi: number;
  wasserstein: number;
  jensen_shannon: number;
  mean_shift: number;
  sd_ratio: number;
}

export interface CheckedComparison {
  reference: ReferenceName;
  method: "people" | "recordings" | "halves of recordings" | "bouts" | "effective sample size" | "constants";
  p_value: number | null;
  null_batches: number;
  as_high: number;
  resolution: number;
  score: number;
  channel: string;
  statistic: string;
  beyond_chance: boolean;
  seconds: number;
  unseen_share: number;
  exceeded: { channel: string; statistic: string; value: number; level: string }[];
  channels: Record<string, CheckedChannel>;
}

export interface SignalsAgainst {
  mix_shift: number;
  confidence_ks: number;
  entropy_ks: number;
  margin_ks: number;
  confidence_shift: number;
  flip_rate_shift: number | null;
}

interface AnyBatch {
  schema_version: 1;
  batch_id: string;
  stream: string;
  model_version: string;
  checked_at: string;
}

export interface JudgedBatch extends AnyBatch {
  verdict: "normal" | "gradual_drift" | "sudden_change";
  confirmed: boolean;
  alarm_since: string | null;
  change_point: string | null;
  entered_references: boolean;
  doubtful: boolean;
  unfamiliar: boolean;
  thresholds: "calibrated" | "fixed";
  rows: number;
  windows: number;
  seconds: number;
  leading: ReferenceName | null;
  comparisons: CheckedComparison[];
  evidence: { value: number; alarm_at: number; average_run_length: number };
  references: { window_size: number; rolling_batches: number; anchor_batches: number };
  signals: {
    class_shares: Record<string, number>;
    mean_confidence: number;
    flip_rate: number | null;
    against: Partial<Record<ReferenceName, SignalsAgainst>>;
  };
  accuracy: { estimate: number; lower: number; upper: number; coverage: number; rehearsed: boolean } | null;
  likely_causes: { kind: string; channels: string[]; fault: string; weight: number }[];
  warnings: string[];
}

export interface RejectedBatch extends AnyBatch {
  verdict: "rejected";
  reasons: {
    code: string;
    message: string;
    advice?: string;
    expected: string;
    found: string;
    [key: string]: unknown;
  }[];
}

export type CheckResult = JudgedBatch | RejectedBatch;

/** What stays of an answer for good: the distances by channel, most of its length, are dropped. */
export function shortenedResult(result: CheckResult): CheckResult {
  if (result.verdict === "rejected") return result;
  return { ...result, comparisons: result.comparisons.map((comparison) => ({ ...comparison, channels: {} })) };
}

const share = z.number().min(0).max(1);
const perChannel = z.record(
  z.string(),
  z.object({
    ks: share.describe("Kolmogorov-Smirnov distance"),
    ks_within_classes: share.describe("the same within the predicted classes, averaged"),
    psi: z.number().min(0).describe("population stability index over the reference's deciles"),
    wasserstein: z.number().min(0).describe("Wasserstein-1 distance, in standard deviations of the baseline"),
    jensen_shannon: share,
    mean_shift: z.number().describe("in standard deviations of the baseline"),
    sd_ratio: z.number().min(0).describe("the batch's standard deviation over the reference's"),
  }),
);

const comparison = z.object({
  reference: z.enum(["baseline", "anchor", "rolling"]),
  method: z
    .enum(["people", "recordings", "halves of recordings", "bouts", "effective sample size", "constants"])
    .describe("what drift-free batches were kept apart by, or what stood in for them"),
  p_value: share.nullable().describe("share of drift-free batches as far away; null for constants"),
  null_batches: z.int().min(0).describe("how many drift-free batches the p-value rests on"),
  as_high: z.int().min(0).describe("how many of them were as far away"),
  resolution: share.describe("the least p-value that so many can give"),
  score: z.number(),
  channel: z.string().describe("where the score lies"),
  statistic: z.string().describe("what the score is made of"),
  beyond_chance: z.boolean().describe("so far that a single batch is an alarm"),
  seconds: z.number().min(0).describe("of the batch, as far as the reference has something to compare it with"),
  unseen_share: share.describe("of the batch in classes that the reference does not hold"),
  exceeded: z
    .array(z.object({ channel: z.string(), statistic: z.string(), value: z.number(), level: z.string() }))
    .describe("constants that were exceeded"),
  channels: perChannel.describe("empty in the stored answer of a batch that came long ago"),
});

const signals = z.object({
  class_shares: z.record(z.string(), share).describe("of windows, by predicted class"),
  mean_confidence: share,
  flip_rate: share.nullable().describe("share of neighbouring windows with another label"),
  against: z.partialRecord(
    z.enum(["baseline", "anchor", "rolling"]),
    z.object({
      mix_shift: share.describe("total variation of the shares of classes: what people do, not the sensor"),
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
  confirmed: z.boolean().describe("whether the name of the change is final; a later batch may still rename it"),
  alarm_since: z.string().nullable().describe("batch id at which the alarm began"),
  change_point: z.string().nullable().describe("batch id at which the change is estimated to have begun"),
  entered_references: z.boolean().describe("whether the batch is now part of the stream's own references"),
  doubtful: z.boolean().describe("unlike the stream's own past, though no alarm: kept out of its references"),
  unfamiliar: z.boolean().describe("unlike the people the model learned from, drift or not"),
  thresholds: z.enum(["calibrated", "fixed"]),
  rows: z.int().min(1),
  windows: z.int().min(1),
  seconds: z.number().positive(),
  leading: z.enum(["baseline", "anchor", "rolling"]).nullable().describe("the comparison that spoke loudest"),
  comparisons: z.array(comparison),
  evidence: z.object({
    value: z.number().min(0),
    alarm_at: z.number().positive(),
    average_run_length: z.number().describe("batches between false alarms that were asked for"),
  }),
  references: z.object({
    window_size: z.int().min(1),
    rolling_batches: z.int().min(0).describe("before this one"),
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
        .describe("false: nobody left out showed such a confidence, and the interval promises nothing"),
    })
    .nullable()
    .describe("share of right labels, without a label; optimistic where the channels have drifted"),
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
