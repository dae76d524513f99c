// Brings channels to a common scale. Fitted on training windows only and shipped with the model as scaler.json.
// Dimensions: S samples, C channels, W windows, T samples a window.

import { z } from "zod";
import { moments } from "../../stats/moments.ts";
import { quantiles } from "../../stats/quantile.ts";
import { sortFloats } from "../../stats/sort-floats.ts";
import type { WindowSet } from "./windows.ts";

export type ScalingMethod = "zscore" | "robust" | "none";

/** x becomes (x - center) / scale, channel by channel. */
export interface Scaler {
  /** One of: zscore (mean, standard deviation), robust (median, interquartile range), none (0, 1). */
  method: ScalingMethod;
  channels: string[];
  center: number[];
  scale: number[];
}

export const scalerSchema: z.ZodType<Scaler> = z
  .object({
    method: z.enum(["zscore", "robust", "none"]),
    channels: z.array(z.string()).min(1),
    center: z.array(z.number()),
    scale: z.array(z.number().positive()),
  })
  .refine((s) => s.center.length === s.channels.length && s.scale.length === s.channels.length, {
    message: "center and scale: expected one number a channel",
  });

/** Beyond these, numbers of float32 samples become 0 or infinite on the way. */
const [leastScale, largestNumber] = [1e-30, 1e30];

/**
 * What is wrong with a scaler.json: one message a fault, none if it can be used.
 * @param expected of the model that it belongs to
 */
export function scalerFaults(value: unknown, expected: { channels: readonly string[]; method?: unknown }): string[] {
  const parsed = scalerSchema.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "scaler"}: ${message}`);
  const { method, channels, center, scale } = parsed.data;
  const same =
    channels.length === expected.channels.length && channels.every((name, c) => name === expected.channels[c]);
  if (!same) return [`channels: expected ${expected.channels.join(", ")}, got ${channels.join(", ")}`];
  return [
    ...(expected.method === undefined || expected.method === method
      ? []
      : [`method: expected ${JSON.stringify(expected.method)} as in manifest.json, got ${method}`]),
    ...channels.flatMap((name, c) => [
      ...(Math.abs(center[c]!) <= largestNumber ? [] : [`center of ${name}: ${center[c]} is beyond ${largestNumber}`]),
      ...(scale[c]! >= leastScale && scale[c]! <= largestNumber
        ? []
        : [`scale of ${name}: expected a number from ${leastScale} to ${largestNumber}, got ${scale[c]}`]),
    ]),
  ];
}

/**
 * Fits over the samples that the indexed windows cover, each counted once however many windows overlap on it.
 * `zscore` uses the population standard deviation (scikit-learn's StandardScaler), `robust` the range between the
 * quartiles by linear interpolation (RobustScaler). A constant channel gets scale 1.
 * @param index windows to fit on
 */
export function fitScaler(method: ScalingMethod, windows: WindowSet, index: Int32Array): Scaler {
  const channels = [...windows.channels];
  if (method === "none") {
    return { method, channels, center: channels.map(() => 0), scale: channels.map(() => 1) };
  }
  if (index.length === 0) throw new RangeError("fitScaler: expected at least one window to fit on");
  const ranges = coveredRanges(windows, index);
  const fitted = channels.map((_, c) => {
    const values = coveredValues(windows, ranges, c);
    if (method === "zscore") {
      const { mean, std } = moments(values);
      return { center: mean, spread: std };
    }
    const [lower, median, upper] = quantiles(sortFloats(values), [0.25, 0.5, 0.75]) as [number, number, number];
    return { center: median, spread: upper - lower };
  });
  return {
    ...{ method, channels },
    center: fitted.map(({ center }) => center),
    scale: fitted.map(({ spread }) => (spread > 0 ? spread : 1)),
  };
}

/** Sample ranges [start, end) under the windows, merged and in order: pairs in one flat array. */
export function coveredRanges(windows: Pick<WindowSet, "starts" | "windowSize">, index: Int32Array): number[] {
  const starts = Int32Array.from(index, (w) => windows.starts[w]!).sort();
  const ranges: number[] = [];
  for (const start of starts) {
    const end = start + windows.windowSize;
    if (ranges.length > 0 && start <= ranges[ranges.length - 1]!) ranges[ranges.length - 1] = end;
    else ranges.push(start, end);
  }
  return ranges;
}

/** One channel's covered samples. */
function coveredValues(windows: WindowSet, ranges: readonly number[], channel: number): Float32Array {
  const channelCount = windows.channels.length;
  let n = 0;
  for (let r = 0; r < ranges.length; r += 2) n += ranges[r + 1]! - ranges[r]!;
  const values = new Float32Array(n);
  let at = 0;
  for (let r = 0; r < ranges.length; r += 2) {
    for (let i = ranges[r]!; i < ranges[r + 1]!; i++) values[at++] = windows.samples[i * channelCount + channel]!;
  }
  return values;
}
