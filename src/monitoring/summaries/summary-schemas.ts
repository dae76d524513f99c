// Schemas of the types in this folder. They are kept separate so that device code contains no validator.
import { z } from "zod";
import type { BatchQuality } from "../../signals/data/batch-quality.ts";
import type { BaselineReference } from "./baseline-reference.ts";
import type { BatchFigures } from "./batch-figures.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import type { BatchSummary, ChannelSummary } from "./batch-summary.ts";
import type { ChannelSummaryJson, DeviceSummaryJson } from "./device-summary.ts";
import type { ModelSignals, SignalSummary } from "./model-signals.ts";
import type { RestSums } from "./rest-sums.ts";
import type { TurningSums } from "./turning-scale.ts";

/** Samples are float32, so their mean, standard deviation, minimum and maximum stay within the range of float32. */
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

const doCountsFitSummarySchema = ({ n, counts }: Pick<ChannelSummary, "n" | "counts">): boolean =>
  counts.reduce((sum, count) => sum + count, 0) === n;

const channelSummarySchema: z.ZodType<ChannelSummary> = z
  .object({ ...channelFields, excessBelow, excessAbove })
  .refine(doCountsFitSummarySchema, "expected counts that sum to n");

const storedChannel = z.object({ ...channelFields, excess_below: excessBelow, excess_above: excessAbove });

/** The form in files. */
export const storedChannelSummarySchema: z.ZodType<ChannelSummaryJson> = storedChannel.refine(
  doCountsFitSummarySchema,
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

/** The form in which a ledger stores a batch's key figures. */
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

const modelSignalsSchema: z.ZodType<ModelSignals> = z.object({ windows, classCounts, ...signalFields });

/** The form in files. */
export const storedModelSignalsSchema: z.ZodType<NonNullable<DeviceSummaryJson["signals"]>> = z.object({
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

const amount = z.number().min(0);

const batchQualitySchema: z.ZodType<BatchQuality> = z
  .object({
    rows_read: count.describe("rows that arrived, whether or not they were kept"),
    time: z.object({ missing: count, infinite: count }).describe("times that are not numbers or are infinite"),
    seconds: amount.describe("recorded time in all stretches"),
    recordings: z.array(
      z.object({
        recording: z.string(),
        rows: count.describe("rows that were kept"),
        repeated: count.describe("rows that repeated the previous row's time but had different values"),
        seconds: amount,
        rate_hz: amount.nullable().describe("median rate; null if there are fewer than two rows"),
      }),
    ),
    lost: z
      .object({ seconds: amount, of_seconds: amount })
      .describe("time without samples within recordings, not counting pauses of more than a minute"),
    usable: z
      .object({ seconds: amount, of_seconds: amount })
      .describe("time in stretches that are long enough for a window, and time in all stretches"),
    channels: z.record(
      z.string(),
      z.object({
        missing: count,
        infinite: count,
        min: z.number(),
        max: z.number(),
        flat_seconds: amount.describe("time in runs of one value that last at least a second"),
        absurd: z
          .object({ value: z.number(), seconds: z.number(), recording: z.string(), values: count })
          .nullable()
          .describe("first value that no unit or movement can explain, its time, and the number of such values"),
      }),
    ),
  })
  .describe("what the quality gate bases its decision on; absent from earlier versions");

export const turningSumsSchema: z.ZodType<TurningSums> = z
  .object({
    shared: z.number().describe("weighted products of gravity's turns and the gyroscope's"),
    said: amount.describe("weighted squares of the gyroscope's turns"),
    misfits: z
      .array(amount)
      .length(8)
      .exactOptional()
      .describe(
        "how much gravity still turns with each choice of signs of the gyroscope's axes (the index is the sum of 1, 2 and 4 " +
          "for a reversed first, second and third axis); absent from earlier versions",
      ),
  })
  .describe(
    "sums of a regression of gravity's turns on the gyroscope's; absent from earlier versions, and if no two " +
      "sensors measure the same turns",
  );

export const restSumsSchema: z.ZodType<RestSums> = z
  .object({
    seconds: amount.describe("sum of the weights of the seconds; a second without movement has a weight of 1"),
    sums: z
      .array(z.number())
      .refine(({ length }) => length === 1 || length === 4, "expected one sum or four")
      .describe(
        "weighted sums: the magnitude of the acceleration, as a multiple of gravity, and, if there is a gyroscope, the three components of the angular velocity perpendicular to gravity, in rad/s",
      ),
  })
  .describe(
    "what the sensors measured at rest; absent from earlier versions, and if no accelerometer measures gravity",
  );

/** The form in which a device sends a summary. */
export const deviceSummarySchema: z.ZodType<DeviceSummaryJson> = z.object({
  schema_version: z.literal(1),
  model_version: z.string().describe("model version in the device.json that the batch was measured with"),
  rows: count.describe("recorded rows that were kept"),
  dropped: z
    .object({ missing_time: count, missing_values: count, duplicate_time: count })
    .describe("rows that were left out; each is counted once, under the first reason that applies"),
  by_class: z
    .array(z.record(z.string(), storedChannel).nullable())
    .min(2)
    .nullable()
    .describe(
      "by predicted class (null for a class without samples), then by channel, including signals computed " +
        "from a sensor's axes; null if there was no window",
    ),
  signals: storedModelSignalsSchema
    .nullable()
    .describe("the network's output for the windows; null if there was no window"),
  quality: batchQualitySchema.exactOptional(),
  still: z
    .object({
      seconds: amount.describe("time that was left out because nothing moved"),
      of_seconds: amount.describe("duration of all rows"),
      at_end: amount.describe("how long nothing had moved by the time of the last row"),
      throughout: z.boolean().describe("whether nothing moved from the first row to the last"),
      is_all: z.boolean().describe("whether nothing is left to judge once this time is left out"),
      is_at_end: z.boolean().describe("whether the time that was left out extends to the last row"),
    })
    .describe("time without movement, in seconds; absent from earlier versions")
    .exactOptional(),
  turning: turningSumsSchema.exactOptional(),
  rest: restSumsSchema.exactOptional(),
  recorded: z
    .object({ from: z.number(), to: z.number() })
    .describe(
      "times of the first and the last row, in seconds since 1970; absent from earlier versions, and if the " +
        "device's clock shows no dates",
    )
    .exactOptional(),
});
