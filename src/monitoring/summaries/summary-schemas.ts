// Schemas of the types in this folder. They are kept separate so that code for devices contains no validator.
import { z } from "zod";
import type { BaselineReference } from "./baseline-reference.ts";
import type { BatchFigures } from "./batch-figures.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import type { BatchSummary, ChannelSummary } from "./batch-summary.ts";
import type { ChannelSummaryJson, DeviceSummaryJson } from "./device-summary.ts";
import type { ModelSignals, SignalSummary } from "./model-signals.ts";

/** Samples are float32, so values computed from them stay in that range. */
const largestSample = 3.4028234663852886e38;
export const sampleSchema: z.ZodNumber = z.number().min(-largestSample).max(largestSample);

const count = z.int().min(0);
const channelFields = {
  n: count.describe("number of finite values"),
  missing: count.describe("number of NaN and infinite values"),
  mean: z.number(),
  std: z.number().min(0).describe("population standard deviation"),
  min: z.number(),
  max: z.number(),
  counts: z.array(count).min(2).describe("count per bin of the grid, including the open tails; they sum to n"),
};
const excessBelow = z
  .number()
  .min(0)
  .describe("sum of the distances from the grid's first edge, over the values below it");
const excessAbove = z
  .number()
  .min(0)
  .describe("sum of the distances from the grid's last edge, over the values above it");

const sumOfCounts = ({ n, counts }: Pick<ChannelSummary, "n" | "counts">): boolean =>
  counts.reduce((sum, count) => sum + count, 0) === n;

export const channelSummarySchema: z.ZodType<ChannelSummary> = z
  .object({ ...channelFields, excessBelow, excessAbove })
  .refine(sumOfCounts, "expected counts that sum to n");

const storedChannel = z.object({ ...channelFields, excess_below: excessBelow, excess_above: excessAbove });

/** The form in files. */
export const storedChannelSummarySchema: z.ZodType<ChannelSummaryJson> = storedChannel.refine(
  sumOfCounts,
  "expected counts that sum to n",
);

export const edgesSchema: z.ZodType<readonly number[]> = z
  .array(sampleSchema)
  .min(1)
  .describe("strictly ascending; bin i holds edges[i - 1] <= x < edges[i]");

export const baselineReferenceSchema: z.ZodType<BaselineReference> = z.record(
  z.string(),
  z.object({ edges: edgesSchema, summary: channelSummarySchema }),
);

/** The form in which a ledger keeps them. */
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

/** The form in files. */
export const storedModelSignalsSchema: z.ZodType<DeviceSummaryJson["signals"]> = z.object({
  windows,
  class_counts: classCounts,
  ...signalFields,
});

export const batchSummarySchema: z.ZodType<BatchSummary> = z.record(z.string(), channelSummarySchema);

export const batchMeasurementSchema: z.ZodType<BatchMeasurement> = z.object({
  byClass: z
    .array(batchSummarySchema.nullable())
    .min(1)
    .refine((classes) => classes.some((summary) => summary !== null), "expected at least one class with samples"),
  signals: modelSignalsSchema,
});

/** The form in which a device sends it. */
export const deviceSummarySchema: z.ZodType<DeviceSummaryJson> = z.object({
  schema_version: z.literal(1),
  model_version: z.string().describe("model version in the device.json with which the batch was measured"),
  rows: count.describe("recorded rows that were kept"),
  dropped: z
    .object({ missing_time: count, missing_values: count, duplicate_time: count })
    .describe("rows that were left out; each is counted once, under the first reason that applies"),
  by_class: z
    .array(z.record(z.string(), storedChannel).nullable())
    .min(2)
    .describe(
      "by predicted class (null without samples), then by channel, including signals computed from a sensor's axes",
    ),
  signals: storedModelSignalsSchema.describe("output of the network on the windows"),
});
