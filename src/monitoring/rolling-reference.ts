// rolling_reference.json: what the last few accepted production batches looked like, the reference that moves. `train`
// writes its empty form; every batch that is checked and accepted goes in, the oldest goes out.
import { z } from "zod";

/** One number a channel, by name. */
export type PerChannel = Record<string, number>;

export interface RollingReference {
  /** ISO 8601, UTC; null until the first batch. */
  last_updated: string | null;
  /** How many batches are kept. */
  window_size: number;
  /** Oldest first. */
  batches: { batch_id: string; timestamp: string; per_channel_mean: PerChannel; per_channel_std: PerChannel }[];
  aggregated: {
    rolling_mean: PerChannel;
    rolling_std: PerChannel;
    /** The direction of the batches' means, by channel name. */
    trend: Record<string, "stable" | "rising" | "falling">;
  };
}

const perChannel = z.record(z.string(), z.number());

export const rollingReferenceSchema: z.ZodType<RollingReference> = z.looseObject({
  last_updated: z.iso.datetime().nullable().describe("ISO 8601, UTC; null until the first batch."),
  window_size: z.int().min(1).describe("How many batches are kept."),
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
    rolling_mean: perChannel.describe("Mean of the batches' means, one number a channel."),
    rolling_std: perChannel.describe("Standard deviation over the batches' pooled samples, one number a channel."),
    trend: z.record(z.string(), z.enum(["stable", "rising", "falling"])).describe("Of the batches' means, by channel."),
  }),
});

/** The form `train` writes: no batches, no means, every channel's trend stable. The default size is an arbitrary one. */
export function emptyRollingReference(channels: readonly string[], windowSize = 5): RollingReference {
  return {
    last_updated: null,
    window_size: windowSize,
    batches: [],
    aggregated: {
      rolling_mean: {},
      rolling_std: {},
      trend: Object.fromEntries(channels.map((channel) => [channel, "stable" as const])),
    },
  };
}
