// Warns if the recordings of a training set have different sampling rates, above all if the rates depend on the labels. A network
// can then learn the rate, or the traces of resampling, instead of the movement.

import { exceedsLimit, unsaidRateRatio } from "./gate-limits.ts";
import type { QualityReport } from "./quality-report.ts";
import type { StoredRows } from "./stored-rows.ts";

export function rateWarnings({ sampling }: QualityReport, rows: StoredRows): string[] {
  const { rate_hz_min: low, rate_hz_max: high } = sampling;
  if (low === null || high === null || !exceedsLimit(high / low, unsaidRateRatio)) return [];
  const range = `The recordings have different sampling rates, ${rateText(low)} to ${rateText(high)} Hz.`;
  const byClass = ratesByClass(rows);
  const classes = [...byClass].toSorted(([, a], [, b]) => a.low - b.low);
  const [slowest, fastest] = [classes[0], classes.at(-1)];
  if (
    slowest === undefined ||
    fastest === undefined ||
    !exceedsLimit(fastest[1].low / slowest[1].high, unsaidRateRatio)
  )
    return [range];
  const said = ([name, { low, high }]: (typeof classes)[number]): string =>
    `${name} at ${low === high ? rateText(low) : `${rateText(low)} to ${rateText(high)}`} Hz`;
  return [
    `${range} They go with the labels: ${said(slowest)}, ${said(fastest)}. The network can learn the rate instead of the movement; record all activities at the same rate.`,
  ];
}

function ratesByClass(rows: StoredRows): Map<string, { low: number; high: number }> {
  const ranges = new Map<string, { low: number; high: number }>();
  for (const [r, { labels }] of rows.recordings.entries()) {
    const rate = 1 / rows.sampling[r]!.periodSeconds;
    if (!Number.isFinite(rate)) continue;
    for (const { label } of labels) {
      if (label === null) continue;
      const { low, high } = ranges.get(label) ?? { low: rate, high: rate };
      ranges.set(label, { low: Math.min(low, rate), high: Math.max(high, rate) });
    }
  }
  return ranges;
}

function rateText(rateHz: number): string {
  return `${Number(rateHz.toPrecision(4))}`;
}
