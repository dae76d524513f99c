// State of a stream between batches, apart from the batches in its references: the evidence, the series that a change is
// located in, and the alarm. It is stored as JSON.

import { z } from "zod";
import { type EvidenceState, evidenceStateSchema, noEvidence } from "./evidence.ts";
import { noScores, type OwnScores, ownScoresSchema } from "./null-scores.ts";
import type { OwnPast } from "./own-past.ts";
import { type Recovery, recoverySchema } from "./recovery.ts";
import { type UnlikelyPersonState, unlikelyPersonStateSchema } from "./unlikely-person.ts";

/** Verdict on a stream. */
export type DriftVerdict = "normal" | "gradual_drift" | "sudden_change";

export interface AlarmState {
  /** Number of the batch at which the alarm began, counting from 0 at the start of the stream. */
  readonly since: number;
  readonly verdict: Exclude<DriftVerdict, "normal">;
  readonly confirmed: boolean;
  /** Number of the batch at which the change is estimated to have begun, also counting from 0; null if it was not estimated. */
  readonly changePoint: number | null;
}

/** State of a stream between batches, apart from the batches in its references. */
export interface DriftState {
  /** Number of batches judged. */
  readonly batches: number;
  readonly evidence: Readonly<Record<OwnPast, EvidenceState>>;
  /** The stream's first scores, which show its own variation and its usual distance from the training data. */
  readonly own: Readonly<Record<OwnPast, OwnScores>> & { readonly baseline?: OwnScores };
  /**
   * The most recent batches, oldest first. Each channel has four numbers. The first three are distances from the training data:
   * that of the mean, in the training data's standard deviations, that of ln(standard deviation), and the KS distance, which
   * reveals other changes. All are computed within the predicted classes, so that a change of activity has no effect. The
   * fourth number is the precision (inverse variance) of the mean.
   */
  readonly series: readonly Readonly<Record<string, readonly [number, number, number, number]>>[];
  readonly alarm: AlarmState | null;
  /** State of the test for the end of the fault; absent if there is no alarm, or if an earlier version raised it. */
  readonly recovery?: Recovery;
  /**
   * Distances between the stream's first batches and the training data, to compare with those of people; absent until a batch
   * has been compared.
   */
  readonly stranger?: UnlikelyPersonState;
}

export const driftStateSchema: z.ZodType<DriftState> = z.object({
  batches: z.int().min(0),
  evidence: z.object({ anchor: evidenceStateSchema, rolling: evidenceStateSchema }),
  own: z.object({ anchor: ownScoresSchema, rolling: ownScoresSchema, baseline: ownScoresSchema.exactOptional() }),
  series: z.array(z.record(z.string(), z.tuple([z.number(), z.number(), z.number(), z.number().min(0)]))),
  alarm: z
    .object({
      since: z.int().min(0),
      verdict: z.enum(["gradual_drift", "sudden_change"]),
      confirmed: z.boolean(),
      changePoint: z.int().min(0).nullable(),
    })
    .nullable(),
  recovery: recoverySchema.exactOptional(),
  stranger: unlikelyPersonStateSchema.exactOptional(),
});

export const newDriftState: DriftState = {
  batches: 0,
  evidence: { anchor: noEvidence, rolling: noEvidence },
  own: { anchor: noScores, rolling: noScores },
  series: [],
  alarm: null,
};
