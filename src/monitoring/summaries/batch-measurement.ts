// What is kept of a batch, and how it comes back from a ledger: counts and moments, no raw value.
import { z } from "zod";
import { channelSummarySchema } from "./baseline-reference.ts";
import type { BatchSummary } from "./batch-summary.ts";
import type { ClassSummaries } from "./class-summaries.ts";
import { type ModelSignals, modelSignalsSchema } from "./model-signals.ts";

export interface BatchMeasurement {
  /** Of the samples, by predicted class. */
  readonly byClass: ClassSummaries;
  /** What the network said. */
  readonly signals: ModelSignals;
}

export const batchSummarySchema: z.ZodType<BatchSummary> = z.record(z.string(), channelSummarySchema);

export const batchMeasurementSchema: z.ZodType<BatchMeasurement> = z.object({
  byClass: z
    .array(batchSummarySchema.nullable())
    .min(1)
    .refine((classes) => classes.some((summary) => summary !== null), "expected a class with samples"),
  signals: modelSignalsSchema,
});
