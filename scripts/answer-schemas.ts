// Schemas for the output of `--json`. The schema of the result of `check`, which is also stored in the ledger, is in
// src/monitoring. Each schema is typed with the value that is printed, so that neither can change without the other.
import { z } from "zod";
import type { Serving } from "../src/interfaces/server/serve.ts";
import { cvReportSchema } from "../src/learning/training/cv-report.ts";
import { retrainReportSchema } from "../src/learning/training/retrain-report.ts";
import type { SnakeKeys } from "../src/letter-case.ts";
import type {
  ChangeFigures,
  DriftBenchResult,
  JudgeName,
  NoDriftFigures,
} from "../src/monitoring/drift/bench-figures.ts";
import { largestChangesSchema, rehearsedDaySchema, runLengthSchema } from "../src/monitoring/drift/calibration.ts";
import type { JoinedLine } from "../src/pipelines/add-model.ts";
import type { QueuedAlert, TestedTarget } from "../src/pipelines/alerts.ts";
import type { CompactedLedger } from "../src/pipelines/compact-ledger.ts";
import type { ModelComparison } from "../src/pipelines/compare-models.ts";
import type { ModelVersion, Promotion, ShownModel } from "../src/pipelines/models.ts";
import type { PredictResult } from "../src/pipelines/predict.ts";
import type { PushResult } from "../src/pipelines/push.ts";
import type { Recalibration } from "../src/pipelines/recalibrate-baseline.ts";
import type { ByHand } from "../src/pipelines/reference.ts";
import type { SimulateResult } from "../src/pipelines/simulate.ts";
import type { SyncResult } from "../src/pipelines/sync.ts";
import type { CreatedToken, ListedToken } from "../src/pipelines/tokens.ts";
import { alertMessageSchema } from "../src/report/alert-message.ts";

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const names = z.array(z.string());
const seconds = z.number().min(0);

export const simulateResultSchema: z.ZodType<SimulateResult> = z.object({
  out: z.string(),
  rows: z.int().min(1),
  activities: names.min(1),
  seconds,
});

export const servingSchema: z.ZodType<Serving> = z.object({
  url: z.string().nullable().describe("the address; null with --check-config"),
  models: names.describe("names by which clients address the models"),
});

const verdict = z.enum(["normal", "gradual_drift", "sudden_change", "rejected"]);

export const pushResultSchema: z.ZodType<PushResult> = z.object({
  to: z.string().describe("address of the service"),
  model: z.string(),
  spool: z.string().describe("folder in which batches wait until the service accepts them"),
  exit_code: count.describe(
    "the highest exit code of all batches: that of the verdict, 2 if a batch was refused or unreadable, 3 if " +
      "batches remain in the spool",
  ),
  accepted: count,
  refused: count,
  spooled: count,
  skipped: count.describe("number of files that were skipped because they had already been sent"),
  streams: z.array(
    z.object({
      stream: z.string(),
      accepted: count.describe("number of batches that the service accepted"),
      known: count.describe("number of accepted batches that the service had already judged"),
      verdicts: z.record(verdict, count).describe("number of accepted batches by verdict"),
      last: z.object({ batch_id: z.string(), verdict }).nullable().describe("the last batch that the service accepted"),
      refused: count.describe("number of batches that the service permanently refused"),
      spooled: count.describe("number of batches that remain in the spool"),
      waits_because: z
        .string()
        .nullable()
        .describe("why batches remain in the spool; null if there are none, or if the command was stopped first"),
    }),
  ),
  refused_batches: z.array(
    z.object({
      stream: z.string(),
      batch_id: z.string(),
      file: z.string().describe("the file that contained the batch"),
      reason: z.string(),
      kept: z.string().describe("where the refused batch is kept"),
    }),
  ),
  unread_files: z.array(z.object({ file: z.string(), reason: z.string() })),
});

const listedToken = {
  name: z.string(),
  project: z.string(),
  scopes: names.min(1),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable().describe("when the token expires; null if it does not expire"),
};

export const createdTokenSchema: z.ZodType<SnakeKeys<CreatedToken>> = z.object({
  ...listedToken,
  token: z.string().describe("the secret token, which cannot be shown again"),
});

export const tokenListSchema: z.ZodType<{ tokens: SnakeKeys<ListedToken>[] }> = z.object({
  tokens: z.array(z.object(listedToken)),
});

export const revokedTokenSchema: z.ZodType<{ name: string }> = z.object({ name: z.string() });

export const predictResultSchema: z.ZodType<SnakeKeys<PredictResult>> = z.object({
  out: z.string(),
  windows: z.int().min(1),
  classes: z.record(z.string(), count).describe("number of windows per label"),
  minutes: z
    .record(z.string(), z.record(z.string(), z.number().min(0)))
    .describe("minutes per person and label; time covered by several windows is counted once"),
  mean_confidence: share,
  smooth: z
    .number()
    .positive()
    .nullable()
    .describe("mean duration of an activity, in seconds, that the smoothing assumed; null if labels were not smoothed"),
  unknown: z
    .object({
      confidence: share.describe("windows with a lower confidence are labelled unknown"),
      share,
      wrong_removed: share
        .nullable()
        .describe("share of the wrong predictions that become unknown; null if there were none"),
      right_removed: share
        .nullable()
        .describe("share of the correct predictions that become unknown; null if there were none"),
      accuracy_before: share,
      accuracy_after: share.describe("accuracy of the predictions that do not become unknown"),
    })
    .nullable()
    .describe("the threshold, and its effect on the windows of cross-validation; null without --unknown"),
  seconds,
});

const judges = ["tidemark", "constants", "KS p-value", "every 100"] as const satisfies readonly JudgeName[];
const byJudge = <Schema extends z.ZodType>(schema: Schema) => z.record(z.enum(judges), schema);

const withoutDrift: z.ZodType<NoDriftFigures> = z.object({
  streams: z.int().min(1),
  batches: z.int().min(1),
  alarms_per_batch: share.describe("share of batches that raised an alarm"),
  run_length: z
    .number()
    .min(1)
    .nullable()
    .describe("mean number of batches between new alarms; null if there was no alarm"),
});

const withChange: z.ZodType<ChangeFigures> = z.object({
  streams: z.int().min(1),
  seen_by: z
    .array(share)
    .describe("share of streams in which the change was detected by the first changed batch, by the second, and so on"),
  detected: share.describe("share of streams with an alarm that began after the change"),
  median_delay: z
    .int()
    .min(1)
    .nullable()
    .describe(
      "median number of batches from the change to the alarm; null if the change was detected in fewer than half of " +
        "the streams",
    ),
  within_5: share,
  within_25: share,
  label_right: share
    .nullable()
    .describe("share of alarms whose label five batches later was correct; null if no change was labelled"),
});

export const driftBenchResultSchema: z.ZodType<DriftBenchResult> = z.object({
  people: names.min(1),
  batch_seconds: z.number().positive(),
  batches: z.int().min(1),
  change_at: count,
  streams: z.int().min(1),
  day: rehearsedDaySchema.describe(
    "`recorded` for days in recorded order, otherwise the shortest and the longest mean bout length",
  ),
  seed: z.number(),
  arl: z.number().positive(),
  no_drift: byJudge(withoutDrift),
  no_drift_by_person: byJudge(z.array(withoutDrift)).describe("figures per person, in the order of `people`"),
  other_mix: byJudge(withoutDrift).describe("figures for batches that contain only half of the person's activities"),
  changes: z.array(
    z.object({
      name: z.string(),
      expected: z.enum(["normal", "gradual_drift", "sudden_change"]),
      figures: byJudge(withChange),
    }),
  ),
  warnings: names,
});

const spread = z.object({ mean: share.nullable(), sd: z.number().min(0).nullable() });
const version = z.object({
  name: z.string().min(1).describe("name of its folder"),
  line: z.string().min(1),
  model_version: z.string().min(1),
  created_at: z.iso.datetime(),
  from: z
    .string()
    .nullable()
    .describe("folder of the model from which `retrain` started; null if `train` made this version"),
  people: z.int().min(1),
  classes: names.min(2),
  macro_f1: spread.describe("mean and standard deviation over folds"),
  accuracy: spread.describe("mean and standard deviation over folds"),
});

export const modelVersionsSchema: z.ZodType<SnakeKeys<ModelVersion>[]> = z.array(
  version.extend({
    number: z.int().min(1).describe("number of the version within its line; LINE@NUMBER refers to this model"),
    champion: z.boolean(),
  }),
);

type PrintedModel = Omit<ShownModel, "version"> & { version: SnakeKeys<ShownModel["version"]> };

export const modelDescriptionSchema: z.ZodType<PrintedModel> = z.object({
  version,
  report: cvReportSchema,
  retraining: retrainReportSchema.nullable(),
});

const interval = z.object({ low: z.number(), high: z.number() });
const comparedModels = z.object({
  first: z.string().min(1),
  second: z.string().min(1),
  on: z.enum(["cross-validation", "files"]),
  paired: z
    .object({
      people: z.array(z.object({ person: z.string(), first: z.number(), second: z.number() })).min(1),
      first: z.number().describe("mean macro-F1 over these people with the first model"),
      second: z.number(),
      difference: z.number().describe("second minus first, averaged over people"),
      interval: interval
        .nullable()
        .describe("90 % confidence interval, by bootstrap over people; null for a single person"),
      verdict: z.enum(["better", "worse", "open"]).nullable(),
    })
    .nullable()
    .describe("scores of the people who were tested with both models; null if there are none"),
});

export const modelComparisonSchema: z.ZodType<SnakeKeys<Omit<ModelComparison, "models">> & { models: PrintedModel[] }> =
  z.object({
    models: z.array(modelDescriptionSchema).min(2),
    compared: z.array(comparedModels).min(1).describe("comparison of each further model with the first"),
    warnings: z.array(z.string()),
  });

export const joinedLineSchema: z.ZodType<SnakeKeys<JoinedLine>> = z.object({
  line: z.string().min(1),
  model: z.string().min(1),
  champion: z.string().min(1),
  comparison: comparedModels
    .nullable()
    .describe("comparison with the champion; null if the model is the champion of a new line"),
  warnings: z.array(z.string()),
});

export const promotionSchema: z.ZodType<Promotion> = z.object({
  line: z.string().min(1),
  champion: z.string().min(1),
  previous: z
    .string()
    .nullable()
    .describe("the previous champion; null if there was none, or if the champion has not changed"),
});

export const referenceDecisionSchema: z.ZodType<{ batch: string; action: ByHand; changed: boolean }> = z.object({
  batch: z.string().min(1),
  action: z.enum(["accept", "exclude"]),
  changed: z.boolean().describe("false if the batch already had this status"),
});

export const referenceResetSchema: z.ZodType<{ reset: string }> = z.object({
  reset: z.string().describe("name of the stream"),
});

export const compactedLedgerSchema: z.ZodType<SnakeKeys<CompactedLedger>> = z.object({
  shortened: count.describe("number of batches whose full results were shortened"),
  damaged: z
    .array(z.object({ stream: z.string(), batch: z.string() }))
    .describe("batches whose stored results are damaged and were left unchanged"),
  bytes_before: count.describe(
    "size in bytes before compaction: of the ledger and its write-ahead log, or of the model's rows in PostgreSQL",
  ),
  bytes_after: count,
});

export const baselineValidationSchema: z.ZodType<{ valid: boolean; faults: string[] }> = z.union([
  z.object({ valid: z.literal(true), faults: z.array(z.string()).max(0) }),
  z.object({ valid: z.literal(false), faults: names.min(1) }),
]);

const rehearsedDay = z
  .union([z.literal("recorded"), z.object({ bout_seconds: z.tuple([z.number(), z.number()]) })])
  .nullable();

export const recalibrationSchema: z.ZodType<SnakeKeys<Recalibration>> = z.object({
  model: z.string(),
  model_version: z.string(),
  people: z.int().min(1).describe("number of people whose days were rehearsed"),
  day: rehearsedDay.describe("`recorded` for days in recorded order, otherwise the range of mean bout lengths"),
  before: rehearsedDay.describe(
    "days rehearsed by the previous calibration; null if there were none, or if an early version of Tidemark made it",
  ),
  run_length: runLengthSchema.nullable(),
  largest_changes: largestChangesSchema.nullable(),
  changed: z.boolean().describe("whether the calibration differs from the previous one"),
  seconds,
});

const unsent = z
  .object({
    events: z.int().min(1).describe("number of events that were not sent; for a stream, number of batches"),
    reason: z.string(),
  })
  .nullable()
  .describe("what has not been sent, and why; null if the server has received everything");
const page = z.string().nullable().describe("URL of the run's page; null if the server has no such page");

export const syncResultSchema: z.ZodType<SyncResult> = z.object({
  tracking: z.string().describe("URL of the server, without credentials"),
  training: z
    .object({ sent: count, page, versions: names, unsent })
    .nullable()
    .describe("events of the training run; null if the model folder has no tracking.jsonl"),
  streams: z.array(z.object({ stream: z.string(), sent: count, page, unsent })),
  warnings: names,
  command: z
    .string()
    .nullable()
    .describe("command that sends what is missing; null if the server has received everything"),
});

export const alertTestSchema: z.ZodType<{ targets: TestedTarget[] }> = z.object({
  targets: z.array(
    z.object({
      target: z.string().describe("the target, without secrets"),
      signed: z.boolean().nullable().describe("whether the message was signed; null for formats without signatures"),
      fault: z.string().nullable().describe("why the message was not delivered; null if the target accepted it"),
    }),
  ),
});

export const undeliveredAlertsSchema: z.ZodType<{
  undelivered: (Pick<QueuedAlert, "attempts" | "reason" | "message"> & { status: string; target: string })[];
}> = z.object({
  undelivered: z.array(
    z.object({
      status: z.enum(["waiting", "dead"]).describe("`waiting` for the next attempt, or `dead` after the last one"),
      target: z.string().describe("the target, without secrets"),
      attempts: count,
      reason: z.string().nullable().describe("why the last attempt failed; null before the first attempt"),
      message: alertMessageSchema.nullable().describe("the message; null if it is damaged in alerts.sqlite"),
    }),
  ),
});

export const sentAlertsSchema: z.ZodType<{ sent: number; left: number }> = z.object({
  sent: count,
  left: count.describe("number of messages that are still undelivered, for all targets together"),
});
