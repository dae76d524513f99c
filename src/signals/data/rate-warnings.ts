// Describes how recordings are resampled, and warns if the recordings of a training set have different sampling rates,
// especially if the rates depend on the labels. If the rates differ, a network can learn the rate, or resampling artefacts,
// instead of the movement.

import { exceedsGateLimit, unsaidRateDifference, unsaidRateRatio } from "./gate-limits.ts";
import type { QualityReport } from "./quality-report.ts";
import type { StoredRows } from "./stored-rows.ts";

export function rateWarnings({ sampling }: QualityReport, rows: StoredRows): string[] {
  const { rate_hz_min: low, rate_hz_max: high } = sampling;
  if (low === null || high === null || !exceedsGateLimit(high / low, unsaidRateRatio)) return [];
  const range = `The recordings have different sampling rates, ${rateWarningText(low)} to ${rateWarningText(high)} Hz.`;
  const byClass = rateRangesByClass(rows);
  const classes = [...byClass].toSorted(([, a], [, b]) => a.low - b.low);
  const [slowest, fastest] = [classes[0], classes.at(-1)];
  if (
    slowest === undefined ||
    fastest === undefined ||
    !exceedsGateLimit(fastest[1].low / slowest[1].high, unsaidRateRatio)
  )
    return [range];
  const said = ([name, { low, high }]: (typeof classes)[number]): string =>
    `${name} at ${low === high ? rateWarningText(low) : `${rateWarningText(low)} to ${rateWarningText(high)}`} Hz`;
  return [
    `${range} They depend on the labels: ${said(slowest)}, ${said(fastest)}. The network can learn the rate instead of the movement; record all activities at the same rate.`,
  ];
}

/** Whether a rate differs from the network's by more than 5 %. */
function rateDiffersFromNetwork(rate: number, samplingRateHz: number): boolean {
  return exceedsGateLimit(Math.abs(rate / samplingRateHz - 1), unsaidRateDifference);
}

interface RatedRecordings {
  readonly per_recording: readonly { readonly rate_hz: number | null }[];
}

/** Warns that recordings with a rate more than 5 % below the network's are interpolated. */
export function upsampledRateWarnings({ per_recording }: RatedRecordings, samplingRateHz: number): string[] {
  const rates = per_recording.flatMap(({ rate_hz }) => (rate_hz === null ? [] : [rate_hz]));
  const below = rates.filter((rate) => rate < samplingRateHz && rateDiffersFromNetwork(rate, samplingRateHz));
  if (below.length === 0) return [];
  const lowest = Math.min(...below);
  const times = rateWarningText(samplingRateHz / lowest);
  return [
    `Recorded at ${rateWarningRange(below)} Hz, upsampled to the network's ${rateWarningText(samplingRateHz)} Hz by interpolation (up to ${times} times as many samples). These recordings contain no movement faster than ${rateWarningText(lowest / 2)} Hz.`,
  ];
}

/** Describes how recordings whose rate differs by more than 5 % from the network's are resampled. */
export function rateNotes(
  quality: RatedRecordings,
  { samplingRateHz, resampling }: { readonly samplingRateHz: number; readonly resampling: "low-pass" | "linear" },
): string[] {
  const rates = quality.per_recording.flatMap(({ rate_hz }) => (rate_hz === null ? [] : [rate_hz]));
  const above = rates.filter((rate) => rate > samplingRateHz && rateDiffersFromNetwork(rate, samplingRateHz));
  const how = resampling === "low-pass" ? "after a low-pass filter" : "by interpolation, without a low-pass filter";
  const filtered =
    above.length === 0
      ? []
      : [
          `Recorded at ${rateWarningRange(above)} Hz, resampled to the network's ${rateWarningText(samplingRateHz)} Hz ${how}.`,
        ];
  return [...filtered, ...upsampledRateWarnings(quality, samplingRateHz)];
}

/** For example "25" or "25 to 40". */
function rateWarningRange(rates: readonly number[]): string {
  const [low, high] = [Math.min(...rates), Math.max(...rates)].map(rateWarningText);
  return low === high ? `${low}` : `${low} to ${high}`;
}

function rateRangesByClass(rows: StoredRows): Map<string, { low: number; high: number }> {
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

function rateWarningText(rateHz: number): string {
  return `${Number(rateHz.toPrecision(4))}`;
}
