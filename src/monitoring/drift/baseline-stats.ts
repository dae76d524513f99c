// The frozen baseline, which describes a model's training data channel by channel. Other tools read baseline_stats.json, so its
// keys are in snake_case, and unknown keys are accepted.

import { z } from "zod";
import { sampleSchema } from "../summaries/summary-schemas.ts";
import { type DriftBaseline, driftBaselineSchema } from "./drift-baseline.ts";
import { storedDriftBaseline } from "./stored-drift-baseline.ts";

/** Statistics of one channel over all rows, in the channel's physical unit. */
export interface ChannelStats {
  /** Arithmetic mean. */
  readonly mean: number;
  /** Population standard deviation (divided by n_samples). */
  readonly std: number;
  /** Smallest value. */
  readonly min: number;
  /** Largest value. */
  readonly max: number;
  /** 5th percentile; like the other percentiles, it is interpolated linearly. */
  readonly percentile_5: number;
  /** Lower quartile. */
  readonly percentile_25: number;
  /** Median. */
  readonly percentile_50: number;
  /** Upper quartile. */
  readonly percentile_75: number;
  /** 95th percentile. */
  readonly percentile_95: number;
  /** Counts in equal-width bins; there is one more edge than counts. */
  readonly histogram: {
    /** Number of values per bin. */
    readonly counts: readonly number[];
    /** Limits of the bins, ascending, in the channel's unit. */
    readonly bin_edges: readonly number[];
  };
}

/** Statistics of the samples before scaling, in physical units, over all rows (not over windows). */
export interface BaselineStats {
  /** When the baseline was frozen; ISO 8601, UTC. */
  readonly created_at: string;
  /** Paths of the training files, as given by the user. */
  readonly source_file: string;
  /** Number of rows. */
  readonly n_samples: number;
  /** Channels in the order of the network's inputs. */
  readonly sensor_columns: readonly string[];
  /** Statistics by channel. */
  readonly per_channel: Readonly<Record<string, ChannelStats>>;
  /** File name of the scaler in the model folder. */
  readonly scaler_path: string;
  /** "sha256:" and 64 hexadecimal digits. */
  readonly scaler_hash: string;
  /** Version of the model trained on this data. */
  readonly model_version: string;
  /** The data that `check` compares batches with; absent from models trained before `check` existed. */
  readonly drift?: DriftBaseline;
  /** "sha256:" and 64 hexadecimal digits, computed over the file as canonical JSON, without this key. */
  readonly content_hash?: string | undefined;
}

const channelSchema = z.looseObject({
  mean: sampleSchema,
  std: sampleSchema.describe("population standard deviation, in the channel's unit"),
  min: sampleSchema,
  max: sampleSchema,
  percentile_5: sampleSchema,
  percentile_25: sampleSchema,
  percentile_50: sampleSchema,
  percentile_75: sampleSchema,
  percentile_95: sampleSchema,
  histogram: z.looseObject({
    counts: z.array(z.int().min(0)).min(1),
    bin_edges: z
      .array(sampleSchema)
      .min(2)
      .describe("ascending, one more edge than counts; the last bin includes its upper edge"),
  }),
});

/** What baselines of every version have; `drift` may have any form, or be missing. */
export type ChannelBaseline = Omit<BaselineStats, "drift"> & { readonly drift?: unknown };

const channelBaseline = z.looseObject({
  created_at: z.iso.datetime().describe("when the baseline was frozen; ISO 8601, UTC"),
  source_file: z.string(),
  n_samples: z.int().min(1).describe("rows of the recordings"),
  sensor_columns: z.array(z.string()).min(1),
  per_channel: z
    .record(z.string(), channelSchema)
    .describe("statistics of the raw samples in physical units, by sensor column"),
  scaler_path: z.string(),
  scaler_hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  model_version: z.string(),
  content_hash: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional()
    .describe("hash of the file as canonical JSON (keys sorted, no spaces), without this key"),
});

export const channelBaselineSchema: z.ZodType<ChannelBaseline> = channelBaseline;

export const baselineStatsSchema: z.ZodType<BaselineStats> = channelBaseline.extend({
  drift: driftBaselineSchema.exactOptional(),
});

/** The form of baseline_stats.json. */
export function storedBaselineStats({ drift, ...stats }: BaselineStats): Record<string, unknown> {
  return drift === undefined ? stats : { ...stats, drift: storedDriftBaseline(drift) };
}
