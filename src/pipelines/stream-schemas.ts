// Schemas for the results of `listStreams`, `showStream`, `checkStreams` and the functions that change streams, which their
// commands print with --json.
import { z } from "zod";
import { checkResultSchema } from "../monitoring/streams/check-result-schema.ts";
import type { ChangedStream } from "./change-streams.ts";
import type { CheckedStreams } from "./check-streams.ts";
import type { ListedBatch, ListedStream, ShownBatch, ShownStream, StreamList } from "./streams.ts";

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const instant = z.iso.datetime();
const status = z.enum(["accepted", "doubtful", "alarmed", "rejected", "excluded"]);
const verdict = z.enum(["normal", "gradual_drift", "sudden_change", "rejected"]);
const reference = z.enum(["baseline", "anchor", "rolling"]);
const evidence = z
  .number()
  .min(0)
  .nullable()
  .describe("evidence as a share of the alarm level; 1 raises an alarm; null for a rejected batch");

const listedBatch: z.ZodType<ListedBatch> = z.object({
  batch_id: z.string(),
  received_at: instant,
  verdict: verdict.nullable().describe("verdict on the batch; null if the record of the batch is damaged"),
  status,
  evidence,
});

const seconds = z.number().min(0);
const listedStream = z.object({
  stream: z.string(),
  state: z
    .enum(["normal", "gradual_drift", "sudden_change"])
    .nullable()
    .describe("verdict on the last batch that could be judged; null before the first such batch and after a reset"),
  since: instant
    .nullable()
    .describe(
      "time of the batch at which the current alarm began or, if there is none, of the first judged batch since the last alarm or since the start of the stream",
    ),
  confirmed: z.boolean().nullable().describe("whether the name of the state is final"),
  reference: reference
    .nullable()
    .describe("reference to which the last judged batch has the largest distance; null if nothing could be compared"),
  channel: z.string().nullable().describe("channel or signal with the largest distance to this reference"),
  last: listedBatch,
  silence: z
    .object({
      seconds: seconds.describe("time since the last batch"),
      usual_interval_seconds: seconds
        .nullable()
        .describe("median interval between the last 20 batches; null if there are fewer than four"),
      longest_interval_seconds: seconds.nullable().describe("longest interval between them"),
      usual_intervals: z
        .number()
        .min(0)
        .nullable()
        .describe("time since the last batch divided by the usual interval; null if the interval is unknown or 0"),
      silent: z
        .boolean()
        .nullable()
        .describe("whether the next batch is overdue; null if the usual interval is unknown or the stream is retired"),
    })
    .describe(
      "a stream is silent if nothing has arrived for longer than three usual intervals and longer than the longest interval",
    ),
  batches: z
    .object({ total: count, accepted: count, doubtful: count, alarmed: count, rejected: count, excluded: count })
    .describe("number of batches, in total and per status"),
  series: z.array(listedBatch).min(1).max(20).describe("the last batches, oldest first"),
  retired_at: instant.nullable().describe("when a user retired the stream; null if it is not retired"),
}) satisfies z.ZodType<ListedStream>;

export const streamListSchema: z.ZodType<StreamList> = z.object({
  model_version: z.string(),
  at: instant.describe("time of the list"),
  counts: z
    .object({ total: count, alarm: count, silent: count, rejected: count, retired: count })
    .describe(
      "number of streams that are not retired, in total and per problem (a stream may have several problems), and number " +
        "of retired streams",
    ),
  matching: count.describe("number of streams that match the query; `streams` may contain only a part of them"),
  streams: z
    .array(listedStream)
    .describe(
      "streams with alarms first (the newest alarm first), then silent streams, then streams whose last batch was rejected, " +
        "then all others",
    ),
});

const shownBatch: z.ZodType<ShownBatch> = z.object({
  number: z.int().min(1).describe("number of the batch within its stream, counted from 1"),
  batch_id: z.string(),
  received_at: instant,
  data_from: instant.nullable().describe("time of the batch's first sample; null if it is unknown"),
  data_to: instant.nullable().describe("time of the batch's last sample; null if it is unknown"),
  verdict,
  confirmed: z.boolean().nullable().describe("whether the name of the change is final; null for a rejected batch"),
  status,
  reason: z.string().nullable().describe("reason for the status"),
  in_references: z.boolean().describe("whether later batches are compared with this batch"),
  evidence,
  raised_by: z.enum(["evidence", "beyond_chance", "constants"]).nullable(),
  alarm_since: z.string().nullable().describe("id of the batch at which the alarm began"),
  change_point: z.string().nullable().describe("id of the batch at which the change is estimated to have begun"),
  doubtful: z.boolean(),
  unfamiliar: z.boolean(),
  leading: reference.nullable().describe("reference to which the batch has the largest distance"),
  comparisons: z.array(
    z.object({
      reference,
      channel: z.string(),
      statistic: z.string(),
      score: z.number(),
      p_value: share.nullable(),
    }),
  ),
  channels: z
    .array(z.object({ channel: z.string(), score: z.number() }))
    .max(5)
    .describe("channels with the largest distance to the leading reference; empty for an old batch"),
  likely_causes: z.array(
    z.object({ kind: z.string(), channels: z.array(z.string()), fault: z.string(), weight: share }),
  ),
  class_shares: z.record(z.string(), share).nullable().describe("share of windows per predicted class"),
  accuracy: z
    .object({ estimate: share, lower: share, upper: share, coverage: share, rehearsed: z.boolean() })
    .nullable()
    .describe("accuracy estimated without labels; null if it cannot be estimated"),
  windows: z.int().min(1).nullable(),
  seconds: seconds.nullable().describe("recorded time"),
  faults: z
    .array(z.object({ code: z.string(), message: z.string() }))
    .describe("reasons of the quality gate; empty unless the batch was rejected"),
});

export const shownStreamSchema: z.ZodType<ShownStream> = listedStream.extend({
  model_version: z.string(),
  at: instant.describe("time at which the stream was shown"),
  history: z.array(shownBatch).describe("the requested batches, oldest first"),
  actions: z
    .array(
      z.object({
        at: instant,
        who: z.string(),
        reason: z.string().nullable(),
        action: z.enum(["accept", "exclude", "reset", "rename", "retire", "erase"]),
        subject: z.string().nullable().describe("id of the batch, or previous name of a renamed stream"),
      }),
    )
    .describe("users' decisions about the stream and its batches, oldest first"),
});

export const changedStreamSchema: z.ZodType<ChangedStream> = z.object({
  action: z.enum(["rename", "retire", "erase"]),
  stream: z.string().describe("name of the stream before the action"),
  changed: z.boolean(),
  to: z.string().nullable().describe("new name of a renamed stream"),
  batches: count.nullable().describe("number of batches that were erased"),
  recorded_as: z
    .string()
    .nullable()
    .describe("hash of an erased stream's name, under which the ledger records its erasure"),
});

/** The output of `check --stream-from --json`: one line per model. */
export const printedCheckedStreamsSchema: z.ZodType<CheckedStreams & { model: string }> = z.object({
  model_version: z.string(),
  exit_code: z.int().min(0).describe("the highest exit code of any stream; an error counts as 2"),
  counts: z
    .object({ normal: count, gradual_drift: count, sudden_change: count, rejected: count, error: count })
    .describe("number of streams per verdict, and of streams that could not be checked"),
  streams: z
    .array(
      z.object({
        stream: z.string(),
        known: z.boolean().describe("whether the batch had already been checked; `result` is then the earlier result"),
        result: checkResultSchema.nullable().describe("result of the check; null if the stream could not be checked"),
        error: z
          .object({ message: z.string(), advice: z.string().nullable() })
          .nullable()
          .describe("why the stream could not be checked"),
      }),
    )
    .min(1)
    .describe("results in the order in which the streams first appear"),
  model: z.string().describe("the model folder, as given by the user"),
});
