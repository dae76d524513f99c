// The stored forms of this room's types. They stand apart so that what runs on a device carries no validator.
import { z } from "zod";
import type { BaselineReference } from "./baseline-reference.ts";
import type { BatchFigures } from "./batch-figures.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import type { BatchSummary, ChannelSummary } from "./batch-summary.ts";
import type { ModelSignals, SignalSummary } from "./model-signals.ts";

/** Samples are float32: what is computed of them stays within it. */
const largestSample = 3.4028234663852886e38;
export const sampleSchema: z.ZodNumber = z.number().min(-largestSample).max(largestSample);

const count = z.int().min(0);

export const channelSummarySchema: z.ZodType<ChannelSummary> = z
  .object({
    n: count.describe("finite values"),
    missing: count.describe("NaN and infinities"),
    mean: z.number(),
    std: z.number().min(0).describe("population standard deviation"),
    min: z.number(),
    max: z.number(),
    counts: z.array(count).min(2).describe("by bin of the grid, open tails included; their sum is n"),
    excessBelow: z.number().min(0).describe("summed distances of the values below the first edge from it"),
    excessAbove: z.number().min(0).describe("summed distances of the values above the last edge from it"),
  })
  .refine(({ n, counts }) => counts.reduce((sum, count) => sum + count, 0) === n, "expected counts that sum to n");

export const edgesSchema: z.ZodType<readonly number[]> = z
  .array(sampleSchema)
  .min(1)
  .describe("strictly ascending; bin i holds edges[i - 1] <= x < edges[i]");

export const baselineReferenceSchema: z.ZodType<BaselineReference> = z.record(
  z.string(),
  z.object({ edges: edgesSchema, summary: channelSummarySchema }),
);

/** As a ledger keeps them. */
export const batchFiguresSchema: z.ZodType<BatchFigures> = z.record(
  z.string(),
  z.object({ n: count, mean: z.number(), std: z.number().min(0) }),
);

const signalSchema: z.ZodType<SignalSummary> = z.object({ counts: z.array(count), millionths: count });

export const modelSignalsSchema: z.ZodType<ModelSignals> = z.object({
  windows: z.int().min(1),
  classCounts: z.array(count).min(2),
  ...{ confidence: signalSchema, entropy: signalSchema, margin: signalSchema },
  ...{ pairs: count, flips: count },
});

export const batchSummarySchema: z.ZodType<BatchSummary> = z.record(z.string(), channelSummarySchema);

export const batchMeasurementSchema: z.ZodType<BatchMeasurement> = z.object({
  byClass: z
    .array(batchSummarySchema.nullable())
    .min(1)
    .refine((classes) => classes.some((summary) => summary !== null), "expected a class with samples"),
  signals: modelSignalsSchema,
});
