// Schemas of this room's types. They are separate so that code on a device contains no validator.
import { z } from "zod";
import type { BaselineReference } from "./baseline-reference.ts";
import type { BatchFigures } from "./batch-figures.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import type { BatchSummary, ChannelSummary } from "./batch-summary.ts";
import type { DeviceSummaryJson } from "./device-summary.ts";
import type { ModelSignals, SignalSummary } from "./model-signals.ts";

/** Samples are float32: what is computed of them stays within it. */
const largestSample = 3.4028234663852886e38;
export const sampleSchema: z.ZodNumber = z.number().min(-largestSample).max(largestSample);

const count = z.int().min(0);
const channelFields = {
  n: count.describe("finite values"),
  missing: count.describe("NaN and infinities"),
  mean: z.number(),
  std: z.number().min(0).describe("population standard deviation"),
  min: z.number(),
  max: z.number(),
  counts: z.array(count).min(2).describe("by bin of the grid, open tails included; their sum is n"),
};
const excessBelow = z.number().min(0).describe("summed distances of the values below the first edge from it");
const excessAbove = z.number().min(0).describe("summed distances of the values above the last edge from it");

export const channelSummarySchema: z.ZodType<ChannelSummary> = z
  .object({ ...channelFields, excessBelow, excessAbove })
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

const windows = z.int().min(1);
const classCounts = z.array(count).min(2);
const signalFields = {
  confidence: signalSchema,
  entropy: signalSchema,
  margin: signalSchema,
  pairs: count,
  flips: count,
};

export const modelSignalsSchema: z.ZodType<ModelSignals> = z.object({ windows, classCounts, ...signalFields });

export const batchSummarySchema: z.ZodType<BatchSummary> = z.record(z.string(), channelSummarySchema);

export const batchMeasurementSchema: z.ZodType<BatchMeasurement> = z.object({
  byClass: z
    .array(batchSummarySchema.nullable())
    .min(1)
    .refine((classes) => classes.some((summary) => summary !== null), "expected a class with samples"),
  signals: modelSignalsSchema,
});

/** As a device sends it. */
export const deviceSummarySchema: z.ZodType<DeviceSummaryJson> = z.object({
  schema_version: z.literal(1),
  model_version: z.string().describe("of the device.json that the batch was measured by"),
  rows: count.describe("rows that were recorded and stayed"),
  dropped: z
    .object({ missing_time: count, missing_values: count, duplicate_time: count })
    .describe("rows that were left out, each counted once, under the first of these that holds"),
  by_class: z
    .array(
      z
        .record(z.string(), z.object({ ...channelFields, excess_below: excessBelow, excess_above: excessAbove }))
        .nullable(),
    )
    .min(2)
    .describe("by predicted class, null if no sample had it; by channel, and by what is computed of a sensor's axes"),
  signals: z
    .object({ windows, class_counts: classCounts, ...signalFields })
    .describe("what the network said of the windows"),
});
