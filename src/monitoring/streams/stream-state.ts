// The state that a stream carries from one check to the next, and everything that a check knows before it reads that state.

import { z } from "zod";
import { camelKeys, snakeKeys } from "../../letter-case.ts";
import { type DriftState, driftStateSchema } from "../drift/verdict.ts";
import type { BatchMeasurement } from "../summaries/batch-measurement.ts";
import type { Columns } from "../summaries/summarize.ts";
import { type CheckResult, checkResultSchema, shortenCheckResult } from "./check-result.ts";
import type { StreamSchemas } from "./monitor-stream.ts";
import type { Judge } from "./watched-model.ts";

/** State of a stream between checks, besides the batches of its references. */
export interface StreamState {
  readonly drift: DriftState;
  /** Ids of the latest judged batches, newest last. */
  readonly recent: readonly string[];
}

export const streamStateSchema: z.ZodType<StreamState> = z.object({
  drift: z.preprocess(presentDriftState, driftStateSchema),
  recent: z.array(z.string()),
});

export const streamSchemas: StreamSchemas<CheckResult, StreamState> = {
  result: checkResultSchema,
  evidence: streamStateSchema,
  storedEvidence: storedStreamState,
  shorten: shortenCheckResult,
};

/** As a ledger holds it: with keys in snake_case. */
function storedStreamState({ drift, recent }: StreamState): object {
  return { drift: { ...drift, alarm: drift.alarm && snakeKeys(drift.alarm) }, recent };
}

/** With keys as in code, as earlier versions also stored it. */
function presentDriftState(drift: unknown): unknown {
  if (typeof drift !== "object" || drift === null || !("alarm" in drift)) return drift;
  const { alarm } = drift;
  return typeof alarm === "object" && alarm !== null ? { ...drift, alarm: camelKeys(alarm) } : drift;
}

/** A ledger that was copied here may hold the evidence of another model. */
export function streamStateSchemaFor({ model }: Judge): z.ZodType<StreamState> {
  const channels = Object.keys(model.baseline);
  return streamStateSchema.refine(
    ({ drift }) => drift.series.every((batch) => channels.every((name) => Object.hasOwn(batch, name))),
    "expected the model's channels",
  );
}

/** Properties of a batch that do not depend on its stream. */
export interface MeasuredBatch {
  readonly rows: number;
  /** Number of samples under the windows, at the model's rate. */
  readonly samples: number;
  /** Samples by channel of the model; for a long batch, only evenly spread pieces. Null if there are only summaries. */
  readonly columns: Columns | null;
  readonly windows: number;
  readonly measurement: BatchMeasurement;
  readonly warnings: readonly string[];
}

/** Settings for the judgement of a batch. */
export interface JudgeOptions {
  readonly thresholds: "calibrated" | "fixed";
  /** Probability that a drift-free batch looks unfamiliar compared with the baseline. */
  readonly alpha: number;
  /** Average number of batches from one false alarm to the next. */
  readonly arl: number;
  /** Whether the batch enters the references even if it raises an alarm. */
  readonly accept: boolean;
}

export interface CheckFacts {
  readonly batchId: string;
  readonly stream: string;
  readonly modelVersion: string;
  readonly checkedAt: string;
}
