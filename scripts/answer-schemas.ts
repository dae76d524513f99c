// What `--json` prints, as schemas; the answer of check, which the ledger keeps too, has its own in src/monitoring. Their
// types are those of what is printed, so that neither can change without the other.
import { z } from "zod";
import { retrainReportSchema } from "../src/learning/pseudo-labeling/retrain-report.ts";
import { cvReportSchema } from "../src/learning/training/cv-report.ts";
import type { SnakeKeys } from "../src/letter-case.ts";
import type {
  ChangeFigures,
  DriftBenchResult,
  JudgeName,
  NoDriftFigures,
} from "../src/monitoring/drift/bench-figures.ts";
import type { CompactedLedger } from "../src/pipelines/compact-ledger.ts";
import type { ModelVersion, Promotion, ShownModel } from "../src/pipelines/models.ts";
import type { PredictResult } from "../src/pipelines/predict.ts";
import type { ByHand } from "../src/pipelines/reference.ts";
import type { SimulateResult } from "../src/pipelines/simulate.ts";
import type { SyncResult } from "../src/pipelines/sync.ts";

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

export const predictResultSchema: z.ZodType<SnakeKeys<PredictResult>> = z.object({
  out: z.string(),
  windows: z.int().min(1),
  classes: z.record(z.string(), count).describe("windows by predicted class"),
  mean_confidence: share,
  seconds,
});

const judges = ["tidemark", "constants", "KS p-value", "every 100"] as const satisfies readonly JudgeName[];
const byJudge = <Schema extends z.ZodType>(schema: Schema) => z.record(z.enum(judges), schema);

const withoutDrift: z.ZodType<NoDriftFigures> = z.object({
  streams: z.int().min(1),
  batches: z.int().min(1),
  alarms_per_batch: share.describe("share of batches that alarmed"),
  run_length: z.number().min(1).nullable().describe("batches per alarm that began; null if none did"),
});

const withChange: z.ZodType<ChangeFigures> = z.object({
  streams: z.int().min(1),
  seen_by: z.array(share).describe("share of streams seen by the first changed batch, by the second, and so on"),
  detected: share.describe("share of streams with an alarm that began after the change"),
  median_delay: z.int().min(1).nullable().describe("batches until it; null if half of the streams were not seen"),
  within_5: share,
  within_25: share,
  label_right: share.nullable().describe("of the alarms, the share named right five batches later"),
});

export const driftBenchResultSchema: z.ZodType<DriftBenchResult> = z.object({
  people: names.min(1),
  batch_seconds: z.number().positive(),
  batches: z.int().min(1),
  change_at: count,
  streams: z.int().min(1),
  seed: z.number(),
  arl: z.number().positive(),
  no_drift: byJudge(withoutDrift),
  no_drift_by_person: byJudge(z.array(withoutDrift)).describe("in the order of `people`"),
  other_mix: byJudge(withoutDrift).describe("of batches in which the person kept to half of the activities"),
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
  name: z.string().min(1).describe("of its folder"),
  line: z.string().min(1),
  model_version: z.string().min(1),
  created_at: z.iso.datetime(),
  from: z.string().nullable().describe("folder of the model that labelled recordings for it; null if it was trained"),
  people: z.int().min(1),
  classes: names.min(2),
  macro_f1: spread.describe("over folds"),
  accuracy: spread.describe("over folds"),
});

export const modelVersionsSchema: z.ZodType<SnakeKeys<ModelVersion>[]> = z.array(
  version.extend({ champion: z.boolean() }),
);

type PrintedModel = Omit<ShownModel, "version"> & { version: SnakeKeys<ShownModel["version"]> };

export const modelDescriptionSchema: z.ZodType<PrintedModel> = z.object({
  version,
  report: cvReportSchema,
  retraining: retrainReportSchema.nullable(),
});
export const modelComparisonSchema: z.ZodType<PrintedModel[]> = z.array(modelDescriptionSchema).min(1);

export const promotionSchema: z.ZodType<Promotion> = z.object({
  line: z.string().min(1),
  champion: z.string().min(1),
  previous: z.string().nullable().describe("null if there was none, or nothing changed"),
});

export const referenceDecisionSchema: z.ZodType<{ batch: string; action: ByHand; changed: boolean }> = z.object({
  batch: z.string().min(1),
  action: z.enum(["accept", "exclude"]),
  changed: z.boolean().describe("false if it was so already"),
});

export const referenceResetSchema: z.ZodType<{ reset: string }> = z.object({
  reset: z.string().describe("the stream"),
});

export const compactedLedgerSchema: z.ZodType<SnakeKeys<CompactedLedger>> = z.object({
  shortened: count.describe("batches whose whole answers were shortened"),
  damaged: z
    .array(z.object({ stream: z.string(), batch: z.string() }))
    .describe("batches whose stored answers are damaged; they were left unchanged"),
  bytes_before: count.describe("of the ledger and its log"),
  bytes_after: count,
});

export const baselineValidationSchema: z.ZodType<{ valid: boolean; faults: string[] }> = z.union([
  z.object({ valid: z.literal(true), faults: z.array(z.string()).max(0) }),
  z.object({ valid: z.literal(false), faults: names.min(1) }),
]);

const unsent = z
  .object({ events: z.int().min(1).describe("of a stream: batches"), reason: z.string() })
  .nullable()
  .describe("null if the server has everything");
const page = z.string().nullable().describe("of the run; null if the server has none");

export const syncResultSchema: z.ZodType<SyncResult> = z.object({
  tracking: z.string().describe("address of the server, without credentials"),
  training: z
    .object({ sent: count, page, versions: names, unsent })
    .nullable()
    .describe("null if the folder has no tracking.jsonl"),
  streams: z.array(z.object({ stream: z.string(), sent: count, page, unsent })),
  warnings: names,
  command: z.string().nullable().describe("sends what was not sent; null if the server has everything"),
});
