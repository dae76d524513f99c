import type { Recordings } from "../data/recordings.ts";
import { histogram } from "../stats/histogram.ts";
import { moments } from "../stats/moments.ts";
import { quantiles } from "../stats/quantile.ts";
import { sortFloats } from "../stats/sort-floats.ts";
import type { BaselineStats, ChannelStats } from "./baseline-stats.ts";

/** Enough to see a shape and to draw one; an arbitrary choice. */
const HISTOGRAM_BINS = 64;

/**
 * The baseline of `recordings`: every row counts once, in the units of the file.
 * @param about.sourceFile the recordings as the user named them; several are joined with ", "
 * @param about.scalerPath the scaler's file, relative to the model folder
 * @param about.scalerHash "sha256:..." of that file
 * @throws RangeError on no rows or a number that is not finite (reading the recordings has excluded both)
 */
export function computeBaseline(
  recordings: Pick<Recordings, "channels" | "values">,
  about: {
    sourceFile: string | readonly string[];
    scalerPath: string;
    scalerHash: string;
    modelVersion: string;
    createdAt: Date;
  },
): BaselineStats {
  const { channels, values } = recordings;
  return {
    created_at: about.createdAt.toISOString(),
    source_file: typeof about.sourceFile === "string" ? about.sourceFile : about.sourceFile.join(", "),
    n_samples: values[0]?.length ?? 0,
    sensor_columns: [...channels],
    per_channel: Object.fromEntries(channels.map((name, c) => [name, channelStats(name, values[c]!)])),
    scaler_path: about.scalerPath,
    scaler_hash: about.scalerHash,
    model_version: about.modelVersion,
  };
}

function channelStats(name: string, column: Float32Array): ChannelStats {
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
