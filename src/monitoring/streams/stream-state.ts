// The state that a stream carries from one check to the next, and all other inputs to a check.

import { z } from "zod";
import { camelKeys, snakeKeys } from "../../letter-case.ts";
import type { StillSummary } from "../../signals/data/still-time.ts";
import { type RestPast, restPastSchema } from "../drift/changed-rest.ts";
import { type TurningPast, turningPastSchema } from "../drift/changed-turning.ts";
import { type DriftState, driftStateSchema } from "../drift/drift-state.ts";
import type { UndoneFault } from "../drift/likely-causes.ts";
import { type MirroredPast, mirroredPastSchema } from "../drift/mirrored-axes.ts";
import type { BatchMeasurement } from "../summaries/batch-measurement.ts";
import type { BatchPhysics } from "../summaries/batch-physics.ts";
import type { Columns } from "../summaries/summarize.ts";
import { batchHeadline } from "./batch-headline.ts";
import { type CheckResult, checkResultWithoutDistances, type JudgedBatch } from "./check-result.ts";
import { checkResultSchema } from "./check-result-schema.ts";
import type { StreamSchemas } from "./monitor-stream.ts";
import type { Judge } from "./watched-model.ts";

/** State of a stream between checks, apart from the batches in its references. */
export interface StreamState {
  readonly drift: DriftState;
  /** Ids of the most recently judged batches, newest last. */
  readonly recent: readonly string[];
  /** Time without movement at the end of the last batch, in seconds (default: 0). */
  readonly still?: number;
  /** Whether the end of the last batch was left out because nothing moved (default: false). */
  readonly unworn?: boolean;
  /**
   * The last likely cause that can be undone exactly, and the number of batches that have shown it since any other such cause;
   * kept only until the stream has its own past (default: none).
   */
  readonly cause?: { readonly name: string; readonly batches: number };
  /** How far gravity turned in the stream's batches; see changed-turning.ts (default: unknown). */
  readonly turning?: TurningPast;
  /** What the stream's batches say about the signs of its axes; see mirrored-axes.ts (default: nothing). */
  readonly mirrored?: MirroredPast;
  /** What the sensors measured at rest in the stream's batches; see changed-rest.ts (default: unknown). */
  readonly rest?: RestPast;
}

const streamStateSchema: z.ZodType<StreamState> = z.object({
  drift: z.preprocess(readDriftOfStreamState, driftStateSchema),
  recent: z.array(z.string()),
  still: z.number().min(0).exactOptional(),
  unworn: z.boolean().exactOptional(),
  cause: z.object({ name: z.string(), batches: z.int().min(1) }).exactOptional(),
  turning: turningPastSchema.exactOptional(),
  mirrored: mirroredPastSchema.exactOptional(),
  rest: restPastSchema.exactOptional(),
});

export const streamSchemas: StreamSchemas<CheckResult, StreamState> = {
  result: checkResultSchema,
  evidence: streamStateSchema,
  storedEvidence: storedStreamState,
  headline: batchHeadline,
  shorten: checkResultWithoutDistances,
};

/** Converts a state to its stored form, in which the keys of the alarm are in snake_case. */
function storedStreamState({ drift, ...rest }: StreamState): object {
  return { drift: { ...drift, alarm: drift.alarm && snakeKeys(drift.alarm) }, ...rest };
}

/** Converts the keys of a stored alarm to camelCase, in which earlier versions stored them. */
function readDriftOfStreamState(drift: unknown): unknown {
  if (typeof drift !== "object" || drift === null || !("alarm" in drift)) return drift;
  const { alarm } = drift;
  return typeof alarm === "object" && alarm !== null ? { ...drift, alarm: camelKeys(alarm) } : drift;
}

/** Schemas by model, because zod compiles a schema when it is first used, which takes longer than using it. */
const stateSchemas = new WeakMap<Judge["model"], z.ZodType<StreamState>>();

/** A schema that also checks the channels, because a ledger copied from another folder may contain another model's evidence. */
export function streamStateSchemaFor({ model }: Judge): z.ZodType<StreamState> {
  const before = stateSchemas.get(model);
  if (before !== undefined) return before;
  const channels = Object.keys(model.baseline);
  const schema = streamStateSchema.refine(
    ({ drift }) => drift.series.every((batch) => channels.every((name) => Object.hasOwn(batch, name))),
    "expected the model's channels",
  );
  stateSchemas.set(model, schema);
  return schema;
}

/** Properties of a batch that do not depend on its stream. */
export interface MeasuredBatch extends BatchPhysics {
  readonly rows: number;
  /** Number of samples in the windows, at the model's sampling rate. */
  readonly samples: number;
  /**
   * Samples of each of the model's channels; for a long batch, only evenly spaced pieces. Null if the batch was sent as a
   * summary.
   */
  readonly columns: Columns | null;
  /** Measurements of the batch or its beginning after one suspected fault at a time is reversed; null if not measured yet. */
  readonly undone: readonly UndoneFault[] | null;
  readonly windows: number;
  readonly measurement: BatchMeasurement;
  /** Time without movement; absent if a summary does not contain it. */
  readonly still?: StillSummary;
  /** The parts that could not be determined without samples (default: none). */
  readonly leftOut?: NonNullable<JudgedBatch["left_out"]>;
  readonly warnings: readonly string[];
}

/** Settings for judging a batch. */
export interface JudgeOptions {
  readonly thresholds: "calibrated" | "fixed";
  /** Probability that a drift-free batch looks unfamiliar compared with the baseline. */
  readonly alpha: number;
  /** Requested average number of batches between false alarms. */
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
