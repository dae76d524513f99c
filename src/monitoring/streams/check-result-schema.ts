// The schema of a check's result. It validates results read back from a store, and is published in schemas/.

import { z } from "zod";
import type { CheckResult } from "./check-result.ts";

const share = z.number().min(0).max(1);
const perChannel = z.record(
  z.string(),
  z.object({
    ks: share.describe("Kolmogorov-Smirnov distance"),
    ks_within_classes: share.describe(
      "Kolmogorov-Smirnov distance within each predicted class, averaged over the classes",
    ),
    ks_by_class: z
      .number()
      .describe(
        "Kolmogorov-Smirnov distances within the predicted classes, each standardised by the class's usual values, " +
          "then combined; 0 if these values are unknown",
      )
      .exactOptional(),
    psi: z.number().min(0).describe("population stability index over the reference's deciles"),
    wasserstein: z.number().min(0).describe("Wasserstein-1 distance, in standard deviations of the baseline"),
    jensen_shannon: share,
    mean_shift: z
      .number()
      .describe("mean of the batch minus mean of the reference, in standard deviations of the baseline"),
    sd_ratio: z.number().min(0).describe("standard deviation of the batch divided by that of the reference"),
    score: z
      .number()
      .describe("the channel's score; the comparison's score is the largest score of any channel or signal")
      .exactOptional(),
  }),
);

const comparison = z.object({
  reference: z.enum(["baseline", "anchor", "rolling"]),
  method: z
    .enum(["people", "recordings", "halves of recordings", "bouts", "effective sample size", "constants"])
    .describe("how the drift-free batches were kept separate from their reference, or what was used instead of them"),
  p_value: share
    .nullable()
    .describe("probability that a drift-free batch is at least as far from the reference; null if judged by constants"),
  null_batches: z.int().min(0).describe("number of drift-free batches that the p-value is based on"),
  people: z
    .int()
    .min(0)
    .describe("number of people that the p-value is based on; absent from results of earlier versions")
    .exactOptional(),
  as_high: z.int().min(0).describe("number of drift-free batches at least as far from the reference"),
  resolution: share.describe("smallest p-value that `null_batches` drift-free batches can give"),
  score: z.number(),
  channel: z.string().describe("channel or signal with the highest score"),
  statistic: z.string().describe("statistic that the score is computed from"),
  beyond_chance: z
    .boolean()
    .describe(
      "whether the values spread more widely than chance can explain, or no person can cause them, which " +
        "raises an alarm on its own",
    ),
  seconds: z.number().min(0).describe("effective length of the compared data in seconds"),
  unseen_share: share.describe("share of the batch in classes that are missing from the reference"),
  exceeded: z
    .array(z.object({ channel: z.string(), statistic: z.string(), value: z.number(), level: z.string() }))
    .describe("statistics above their fixed thresholds"),
  channels: perChannel.describe("distances by channel; empty in an old batch's stored result"),
});

const signals = z.object({
  class_shares: z.record(z.string(), share).describe("share of windows by predicted class"),
  mean_confidence: share,
  flip_rate: share.nullable().describe("share of consecutive windows whose labels differ"),
  against: z.partialRecord(
    z.enum(["baseline", "anchor", "rolling"]),
    z.object({
      mix_shift: share.describe(
        "total variation distance between the class shares, which changes when people do something else, even without a fault",
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
  confirmed: z.boolean().describe("whether the kind of drift is final; while it is not, a later batch may change it"),
  alarm_since: z
    .string()
    .nullable()
    .describe(
      "id of the batch at which the alarm began; null if there is no alarm, or if it began more than 99 judged batches ago",
    ),
  change_point: z
    .string()
    .nullable()
    .describe("id of the batch at which the change is estimated to have begun; null if unknown"),
  entered_references: z.boolean().describe("whether the batch became part of the stream's own references"),
  doubtful: z
    .boolean()
    .describe(
      "whether the batch is kept out of the references even if it raises no alarm, because it differs from the stream's own past or may have had a fault from the start",
    ),
  not_counted: z
    .object({ reason: z.enum(["same_data", "not_worn"]), message: z.string() })
    .nullable()
    .describe("why the batch neither adds to the evidence nor enters the references; null if it counts")
    .exactOptional(),
  still: z
    .object({ seconds: z.number().min(0), of_seconds: z.number().min(0) })
    .describe(
      "time without movement that was left out: periods that last at least ten minutes or include a minute " +
        "during which the sensor was lying on something",
    )
    .exactOptional(),
  unfamiliar: z
    .boolean()
    .describe("whether the batch differs from the people in the training data, with or without drift"),
  stranger: z
    .boolean()
    .describe(
      "whether the alarm is raised because the stream's first batches are further from the training data than " +
        "those of almost any other person",
    )
    .exactOptional(),
  thresholds: z.enum(["calibrated", "fixed"]),
  rows: z.int().min(1),
  windows: z.int().min(1),
  seconds: z.number().positive(),
  leading: z
    .enum(["baseline", "anchor", "rolling"])
    .nullable()
    .describe("reference that the batch is furthest from; null if nothing could be compared"),
  comparisons: z.array(comparison),
  evidence: z.object({
    value: z
      .number()
      .min(0)
      .describe(
        "evidence of drift; at least alarm_at during an alarm, but possibly 0 in results from earlier versions",
      ),
    alarm_at: z.number().positive(),
    share: z.number().min(0).describe("value divided by alarm_at; 1 raises an alarm").exactOptional(),
    raised_by: z
      .enum(["evidence", "beyond_chance", "constants"])
      .nullable()
      .describe("what raises the alarm: several batches, this batch alone, or a constant; null if there is no alarm")
      .exactOptional(),
    average_run_length: z.number().describe("requested average number of batches between false alarms"),
  }),
  p_limits: z
    .object({ unfamiliar: share, doubtful: share })
    .describe("p-values at or below these make the batch unfamiliar or doubtful")
    .exactOptional(),
  references: z.object({
    window_size: z.int().min(1).describe("maximum number of batches in a reference"),
    rolling_batches: z.int().min(0).describe("number of batches that the rolling reference held before this batch"),
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
        .describe(
          "whether held-out people showed similar confidence; if not, the interval's coverage is not guaranteed",
        ),
    })
    .nullable()
    .describe(
      "share of correct predictions, estimated without labels; null if it cannot be estimated; too optimistic " +
        "if the channels have drifted",
    ),
  accuracy_unknown: z
    .string()
    .nullable()
    .describe("why the accuracy cannot be estimated; null if it can. Absent from results of earlier versions")
    .exactOptional(),
  likely_causes: z.array(
    z.object({ kind: z.string(), channels: z.array(z.string()), fault: z.string(), weight: share }),
  ),
  impossible: z
    .array(z.object({ sensor: z.string(), channels: z.array(z.string()), message: z.string() }))
    .describe(
      "sensors with impossible values, which raise an alarm; absent if there are none and the batch was sent as a summary",
    )
    .exactOptional(),
  left_out: z
    .array(z.enum(["quality", "still", "impossible", "likely_causes"]))
    .describe(
      "what could not be determined because the batch was sent as a summary: the quality gate (`quality`), or the " +
        "fields with these names; `impossible` then contains only what a summary shows",
    )
    .exactOptional(),
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
