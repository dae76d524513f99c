import { type ChannelBaseline, type ChannelStats, channelBaselineSchema } from "./baseline-stats.ts";

/**
 * Finds faults in the channel statistics of a baseline file: one message per fault; empty if the statistics can be used. Does
 * not check the `drift` section, which `predict` does not need. The file must fit the schema and have statistics for each
 * sensor column and for no other column. Histogram counts must sum to n_samples, and there must be one more bin edge than
 * counts. Edges must ascend, percentiles must ascend from min to max, and the mean must lie within min..max. std must be above
 * 0, because a constant channel cannot be compared with anything.
 */
export function baselineStatsFaults(value: unknown): string[] {
  const parsed = channelBaselineSchema.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map(
      ({ path, message }) => `${path.length === 0 ? "baseline" : path.join(".")}: ${message}`,
    );
  }
  const baseline = parsed.data;
  return [
    ...baselineStatsColumnFaults(baseline),
    ...Object.entries(baseline.per_channel).flatMap(([name, stats]) =>
      baselineStatsChannelFaults(name, stats, baseline.n_samples),
    ),
  ];
}

function baselineStatsColumnFaults({ sensor_columns, per_channel }: ChannelBaseline): string[] {
  const described = Object.keys(per_channel);
  const repeated = sensor_columns.filter((name, i) => sensor_columns.indexOf(name) < i);
  return [
    ...repeated.map((name) => `sensor_columns: "${name}" is listed twice`),
    ...sensor_columns
      .filter((name) => !described.includes(name))
      .map((name) => `per_channel.${name}: missing, although "${name}" is a sensor column`),
    ...described
      .filter((name) => !sensor_columns.includes(name))
      .map((name) => `per_channel.${name}: "${name}" is not among the sensor columns`),
  ];
}

function baselineStatsChannelFaults(name: string, stats: ChannelStats, nSamples: number): string[] {
  const { counts, bin_edges: edges } = stats.histogram;
  const faults: string[] = [];
  const at = `per_channel.${name}`;
  if (!(stats.std >= 0)) faults.push(`${at}.std: expected more than 0, got ${stats.std}`);
  if (stats.std === 0) {
    faults.push(
      `${at}.std: expected more than 0, got 0: a constant channel cannot be compared with anything; train without it (--channels)`,
    );
  }
  const ladder = [
    "min",
    "percentile_5",
    "percentile_25",
    "percentile_50",
    "percentile_75",
    "percentile_95",
    "max",
  ] as const;
  for (let i = 1; i < ladder.length; i++) {
    const [lower, upper] = [ladder[i - 1]!, ladder[i]!];
    if (!(stats[lower] <= stats[upper])) {
      faults.push(`${at}.${upper}: expected at least ${lower} (${stats[lower]}), got ${stats[upper]}`);
    }
  }
  if (!(stats.min <= stats.mean && stats.mean <= stats.max)) {
    faults.push(`${at}.mean: expected a number in ${stats.min}..${stats.max}, got ${stats.mean}`);
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== nSamples) {
    faults.push(`${at}.histogram.counts: expected a sum of ${nSamples} (n_samples), got ${total}`);
  }
  if (edges.length !== counts.length + 1) {
    faults.push(
      `${at}.histogram.bin_edges: expected ${counts.length + 1} edges for ${counts.length} counts, got ${edges.length}`,
    );
  }
  const falling = edges.findIndex((edge, i) => i > 0 && !(edge > edges[i - 1]!));
  if (falling > 0) {
    faults.push(
      `${at}.histogram.bin_edges: expected ascending edges, got ${edges[falling]} after ${edges[falling - 1]}`,
    );
  }
  return faults;
}
