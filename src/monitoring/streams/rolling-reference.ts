// The content of rolling_reference.json: the last accepted batches of a stream, which form its rolling reference. `train`
// writes an empty file. A batch that is accepted on arrival enters the reference and, if that is full, replaces the oldest one.
import { z } from "zod";
import { type BatchFigures, type ChannelFigures, mergeBatchFigures } from "../summaries/batch-figures.ts";
import { type Trend, trend } from "./trend.ts";

/** One number per channel, by channel name. */
export type PerChannel = Record<string, number>;

/** The rolling reference of a stream. */
export interface RollingReference {
  /** Stream that the batches belong to; absent before the first batch. */
  stream?: string | undefined;
  /** Time at which the reference last changed (ISO 8601, UTC); null until the first batch is accepted. */
  last_updated: string | null;
  /** Maximum number of batches in the reference. */
  window_size: number;
  /** Batches, oldest first. */
  batches: {
    /** Id of the batch within its stream. */
    batch_id: string;
    /** When the batch was received; ISO 8601, UTC. */
    timestamp: string;
    /** Mean of each channel, in its unit. */
    per_channel_mean: PerChannel;
    /** Population standard deviation of each channel, in its unit. */
    per_channel_std: PerChannel;
  }[];
  /** Statistics over all batches of the reference, by channel. */
  aggregated: {
    /** Mean over the pooled samples of all batches. */
    rolling_mean: PerChannel;
    /** Standard deviation over the pooled samples of all batches. */
    rolling_std: PerChannel;
    /** Trend of the batch means, by channel name. */
    trend: Record<string, Trend>;
  };
}

const perChannel = z.record(z.string(), z.number());

export const rollingReferenceSchema: z.ZodType<RollingReference> = z.looseObject({
  stream: z.string().min(1).optional().describe("stream that the batches belong to; absent before the first batch"),
  last_updated: z.iso
    .datetime()
    .nullable()
    .describe("when the reference last changed; ISO 8601, UTC; null until the first batch is accepted"),
  window_size: z.int().min(1).describe("maximum number of batches in the reference"),
  batches: z
    .array(
      z.looseObject({
        batch_id: z.string().min(1),
        timestamp: z.iso.datetime(),
        per_channel_mean: perChannel,
        per_channel_std: perChannel,
      }),
    )
    .describe("Oldest first."),
  aggregated: z.looseObject({
    rolling_mean: perChannel.describe("Mean over the pooled samples of all batches, one number per channel."),
    rolling_std: perChannel.describe(
      "Standard deviation over the pooled samples of all batches, one number per channel.",
    ),
    trend: z
      .record(z.string(), z.enum(["stable", "rising", "falling"]))
      .describe("Trend of the batch means, by channel."),
  }),
});

/** The empty reference that `train` writes: no batches, no means, and stable trends. The default size is arbitrary. */
export function emptyRollingReference(channels: readonly string[], referenceBatches = 5): RollingReference {
  return {
    last_updated: null,
    window_size: referenceBatches,
    batches: [],
    aggregated: {
      rolling_mean: {},
      rolling_std: {},
      trend: Object.fromEntries(channels.map((channel) => [channel, "stable" as const])),
    },
  };
}

/** One of the reference's batches. */
export interface ReferenceBatch {
  readonly batchId: string;
  /** When the batch arrived; ISO 8601, UTC. */
  readonly timestamp: string;
  readonly figures: BatchFigures;
}

/**
 * Builds the reference from the last accepted batches. Channels without values have neither a mean nor a standard deviation.
 * Both are pooled over the samples of all batches, so a long batch counts more than a short one.
 * @param of.batches oldest first
 * @param of.lastUpdated time at which the batches last changed, ISO 8601, UTC
 */
export function rollingReference(of: {
  readonly stream: string;
  readonly channels: readonly string[];
  readonly referenceBatches: number;
  readonly lastUpdated: string | null;
  readonly batches: readonly ReferenceBatch[];
}): RollingReference {
  const { stream, channels, referenceBatches, lastUpdated, batches } = of;
  const { batches: _, ...empty } = emptyRollingReference(channels, referenceBatches);
  const reference = { stream, ...empty, last_updated: lastUpdated };
  if (batches.length === 0) return { ...reference, batches: [] };
  const measured = batches.map(({ figures }) => new Map(Object.entries(figures)));
  const partsOf = (channel: string): ChannelFigures[] => measured.flatMap((figures) => figures.get(channel) ?? []);
  const pooled = new Map(channels.map((channel) => [channel, mergeBatchFigures(partsOf(channel))]));
  const trends = channels.map((channel) => {
    const means = partsOf(channel).flatMap(({ n, mean }) => (n > 0 ? [mean] : []));
    return [channel, trend(means, pooled.get(channel)!.std)] as const;
  });
  return {
    ...reference,
    batches: batches.map(({ batchId, timestamp }, i) => ({
      batch_id: batchId,
      timestamp,
      per_channel_mean: rollingPerChannel(measured[i]!, channels, "mean"),
      per_channel_std: rollingPerChannel(measured[i]!, channels, "std"),
    })),
    aggregated: {
      rolling_mean: rollingPerChannel(pooled, channels, "mean"),
      rolling_std: rollingPerChannel(pooled, channels, "std"),
      trend: Object.fromEntries(trends),
    },
  };
}

function rollingPerChannel(
  figures: ReadonlyMap<string, ChannelFigures>,
  channels: readonly string[],
  figure: "mean" | "std",
): PerChannel {
  const measured = channels.flatMap((name) => {
    const own = figures.get(name);
    return own === undefined || own.n === 0 ? [] : [[name, own[figure]] as const];
  });
  return Object.fromEntries(measured);
}
