// Says how recordings are resampled, and warns if the recordings of a training set have different sampling rates, above all if the
// rates depend on the labels. A network can then learn the rate, or the traces of resampling, instead of the movement.

import { exceedsLimit, unsaidRateDifference, unsaidRateRatio } from "./gate-limits.ts";
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

/** How recordings are resampled if their rate differs from the network's by more than 5 %. */
export function resamplingNotes(
  { per_recording }: Pick<QualityReport, "per_recording">,
  { samplingRateHz, resampling }: { readonly samplingRateHz: number; readonly resampling: "low-pass" | "linear" },
): string[] {
  const rates = per_recording.flatMap(({ rate_hz }) => (rate_hz === null ? [] : [rate_hz]));
  const differ = (rate: number): boolean => exceedsLimit(Math.abs(rate / samplingRateHz - 1), unsaidRateDifference);
  const said = (of: readonly number[]): string => {
    const [low, high] = [Math.min(...of), Math.max(...of)].map(rateText);
    return `Recorded at ${low === high ? low : `${low} to ${high}`} Hz`;
  };
  const to = `to the network's ${rateText(samplingRateHz)} Hz`;
  const above = rates.filter((rate) => rate > samplingRateHz && differ(rate));
  const below = rates.filter((rate) => rate < samplingRateHz && differ(rate));
  const notes: string[] = [];
  if (above.length > 0) {
    const how = resampling === "low-pass" ? "after a low-pass filter" : "by interpolation, without a low-pass filter";
    notes.push(`${said(above)}, resampled ${to} ${how}.`);
  }
  if (below.length > 0) {
    const lowest = Math.min(...below);
    notes.push(
      `${said(below)}, upsampled ${to} by interpolation (up to ${rateText(samplingRateHz / lowest)} times as many samples). They contain no movement faster than ${rateText(lowest / 2)} Hz.`,
    );
  }
  return notes;
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
