import { histogram } from "../../stats/histogram.ts";
import { moments } from "../../stats/moments.ts";
import { quantiles } from "../../stats/quantile.ts";
import { sortFloats } from "../../stats/sort-floats.ts";
import type { BaselineStats, ChannelStats } from "./baseline-stats.ts";

/** Number of histogram bins, enough to show the shape; arbitrary. */
const HISTOGRAM_BINS = 64;

/** The part of a baseline that describes the values: statistics over all rows, in the channels' units. */
export type DescribedValues = Pick<BaselineStats, "n_samples" | "sensor_columns" | "per_channel">;

/**
 * @param column returns one channel's values over all rows; called for one channel at a time to save memory
 * @throws RangeError if there are no rows or a number is not finite (the code that reads recordings rules out both)
 */
export function describeValues(
  channels: readonly string[],
  column: (channel: number) => Float32Array,
): DescribedValues {
  let rows = 0;
  const described = channels.map((name, c) => {
    const values = column(c);
    rows = values.length;
    return [name, describeChannelValues(name, values)] as const;
  });
  return { n_samples: rows, sensor_columns: [...channels], per_channel: Object.fromEntries(described) };
}

export interface AboutBaseline {
  /** Paths of the recordings as given by the user; several paths are joined with ", ". */
  sourceFile: string | readonly string[];
  /** Path of the scaler file, relative to the model folder. */
  scalerPath: string;
  /** "sha256:..." of that file. */
  scalerHash: string;
  modelVersion: string;
  createdAt: Date;
}

export function baselineFromDescribedValues(described: DescribedValues, about: AboutBaseline): BaselineStats {
  return {
    created_at: about.createdAt.toISOString(),
    source_file: typeof about.sourceFile === "string" ? about.sourceFile : about.sourceFile.join(", "),
    ...described,
    scaler_path: about.scalerPath,
    scaler_hash: about.scalerHash,
    model_version: about.modelVersion,
  };
}

function describeChannelValues(name: string, column: Float32Array): ChannelStats {
  const sorted = sortFloats(column);
  const min = sorted[0];
  const max = sorted.at(-1);
  if (!(min !== undefined && max !== undefined && Number.isFinite(min) && Number.isFinite(max))) {
    throw new RangeError(`baseline: channel ${name}: expected finite numbers, got a range of ${min} to ${max}`);
  }
  const { mean, std } = moments(column);
  const percentiles = quantiles(sorted, [0.05, 0.25, 0.5, 0.75, 0.95]);
  const { counts, binEdges } = histogram(sorted, HISTOGRAM_BINS);
  return {
    mean,
    std,
    min,
    max,
    percentile_5: percentiles[0]!,
    percentile_25: percentiles[1]!,
    percentile_50: percentiles[2]!,
    percentile_75: percentiles[3]!,
    percentile_95: percentiles[4]!,
    histogram: { counts, bin_edges: binEdges },
  };
}
