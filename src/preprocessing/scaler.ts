// Brings channels to a common scale. Fitted on training windows only and shipped with the model as scaler.json.
// Dimensions: S samples, C channels, W windows, T samples a window.

import { z } from "zod";
import { medianOf } from "../data/sampling.ts";
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
  const fitted = channels.map((_, c) => (method === "zscore" ? moments : quartiles)(windows, ranges, c));
  return { method, channels, center: fitted.map((f) => f.center), scale: fitted.map((f) => f.scale) };
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

function moments(windows: WindowSet, ranges: readonly number[], channel: number): { center: number; scale: number } {
  let n = 0;
  let sum = 0;
  // Shifted by the first sample, so that a large offset (gravity) does not eat the digits of the spread.
  const shift = windows.samples[ranges[0]! * windows.channels.length + channel]!;
  let squares = 0;
  visit(windows, ranges, channel, (value) => {
    const difference = value - shift;
    n++;
    sum += difference;
    squares += difference * difference;
  });
  const variance = squares / n - (sum / n) ** 2;
  const center = shift + sum / n;
  // Below the rounding of float32 samples a spread is none.
  const constant = !(Math.sqrt(Math.max(variance, 0)) > Math.abs(center) * 1e-7);
  return { center, scale: constant ? 1 : Math.sqrt(variance) };
}

function quartiles(windows: WindowSet, ranges: readonly number[], channel: number): { center: number; scale: number } {
  let n = 0;
  for (let r = 0; r < ranges.length; r += 2) n += ranges[r + 1]! - ranges[r]!;
  const values = new Float64Array(n);
  let i = 0;
  visit(windows, ranges, channel, (value) => {
    values[i++] = value;
  });
  const center = medianOf(values);
  const at = (p: number): number => {
    const position = p * (n - 1);
    const low = Math.floor(position);
    return values[low]! + (position - low) * (values[Math.min(low + 1, n - 1)]! - values[low]!);
  };
  const range = at(0.75) - at(0.25);
  return { center, scale: range > 0 ? range : 1 };
}

function visit(windows: WindowSet, ranges: readonly number[], channel: number, see: (value: number) => void): void {
  const channelCount = windows.channels.length;
  for (let r = 0; r < ranges.length; r += 2) {
    for (let i = ranges[r]!; i < ranges[r + 1]!; i++) see(windows.samples[i * channelCount + channel]!);
  }
}
