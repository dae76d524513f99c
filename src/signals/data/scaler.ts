// Scales channels to a common range of values. The scaler is fitted only to training windows and is stored with the model as
// scaler.json. Dimensions: S samples, C channels, W windows, T samples per window.

import { moments } from "../../stats/moments.ts";
import { quantiles } from "../../stats/quantile.ts";
import { sortFloats } from "../../stats/sort-floats.ts";
import { rangesUnderWindows, type WindowSet } from "./windows.ts";

/** The scaler uses the mean and standard deviation or the median and interquartile range, or leaves values unchanged. */
export type ScalingMethod = "zscore" | "robust" | "none";

/** Maps x to (x - center) / scale, channel by channel. */
export interface Scaler {
  /** One of: zscore (mean, standard deviation), robust (median, interquartile range) and none (0, 1). */
  method: ScalingMethod;
  /** Channel names, in the order of the network's inputs. */
  channels: string[];
  /** Subtracted from each channel. */
  center: number[];
  /** Divisor for each channel after centring. */
  scale: number[];
}

/**
 * Fits the scaler to the samples covered by the indexed windows. Each sample counts once, even if several windows share it.
 * `zscore` uses the population standard deviation, like scikit-learn's StandardScaler. `robust` uses the interquartile range
 * with linear interpolation, like scikit-learn's RobustScaler. A constant channel gets a scale of 1.
 * @param index indices of the windows to fit on
 */
export function fitScaler(method: ScalingMethod, windows: WindowSet, index: Int32Array): Scaler {
  const channels = [...windows.channels];
  if (method === "none") {
    return { method, channels, center: channels.map(() => 0), scale: channels.map(() => 1) };
  }
  if (index.length === 0) throw new RangeError("fitScaler: expected at least one window to fit on");
  const ranges = rangesUnderWindows(windows, index);
  const fitted = channels.map((_, c) => {
    const values = valuesForScaler(windows, ranges, c);
    if (method === "zscore") {
      const { mean, std } = moments(values);
      return { center: mean, spread: std };
    }
    const [lower, median, upper] = quantiles(sortFloats(values), [0.25, 0.5, 0.75]) as [number, number, number];
    return { center: median, spread: upper - lower };
  });
  return {
    method,
    channels,
    center: fitted.map(({ center }) => center),
    scale: fitted.map(({ spread }) => (spread > 0 ? spread : 1)),
  };
}

/** Returns one channel's samples covered by the windows. */
function valuesForScaler(windows: WindowSet, ranges: readonly number[], channel: number): Float32Array {
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
