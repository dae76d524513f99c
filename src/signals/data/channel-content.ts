// Measures the range of each channel, and how long it stays at a single value. A stretch extends from its first row to one
// sampling step after its last row.

import { float32Text } from "../../float32-text.ts";
import { percent } from "../../percent.ts";
import { withoutRoundingNoise } from "../../without-rounding-noise.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { SampledRows } from "./sampled-rows.ts";
import { stretchesByRecording, stretchStepSeconds } from "./stretches.ts";

/** Minimum length, in seconds, of a run of equal values for the channel to count as flat during it. */
const flatRunSeconds = 1;

/** The range of a channel's values; if there are no rows, `min` is Infinity and `max` is -Infinity. */
export interface ChannelRange {
  readonly min: number;
  readonly max: number;
  /** Time, in seconds, in runs of one value that last at least a second. */
  readonly flat_seconds: number;
}

export function channelContent(rows: SampledRows, channel: number): ChannelRange {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let flatSeconds = 0;
  for (const [r, { start, end }] of stretchesByRecording(rows)) {
    const step = stretchStepSeconds(rows, r);
    const minimalRun = Math.max(2, Math.round(flatRunSeconds / step));
    let run = 0;
    let last = Number.NaN;
    for (const { from, to } of piecesOfRecordings(start, end)) {
      const values = rows.values(channel, from, to);
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (value < min) min = value;
        if (value > max) max = value;
        if (value === last) run++;
        else {
          if (run >= minimalRun) flatSeconds += run * step;
          run = 1;
          last = value;
        }
      }
    }
    if (run >= minimalRun) flatSeconds += run * step;
  }
  return { min, max, flat_seconds: withoutRoundingNoise(flatSeconds) };
}

/** Ranges to which values are often scaled for a classifier. */
const scaledRanges = [
  [0, 1],
  [-1, 1],
] as const;
/** Fewer channels may reach the ends of such a range by chance. */
const leastScaled = 3;

/** Warns about channels that were scaled, or that are constant all the time, or for more than a tenth of it. */
export function channelContentWarnings(channels: Readonly<Record<string, ChannelRange>>, seconds: number): string[] {
  const entries = Object.entries(channels);
  return [
    ...scaledRanges.flatMap(([from, to]) => {
      const names = entries.flatMap(([name, { min, max }]) => (min === from && max === to ? [name] : []));
      return names.length < leastScaled
        ? []
        : [
            `The values of ${names.join(", ")} range from exactly ${from} to exactly ${to}, so they seem to have been scaled. Scaled values have no unit, and scales may differ between people; use the values as the sensor measured them.`,
          ];
    }),
    ...entries.flatMap(([name, { min, max }]) =>
      min === max ? [`Channel ${name} is constant throughout (${float32Text(min)}).`] : [],
    ),
    ...entries.flatMap(([name, { min, max, flat_seconds: flat }]) => {
      if (min === max || !(flat > 0.1 * seconds)) return [];
      const share = percent(flat / seconds, { decimals: 0 });
      return [`Channel ${name} is constant for ${share} of the time. Check whether the sensor is stuck or saturated.`];
    }),
  ];
}
