// The windows for all network figures: 200 x 6 random values with 11 classes; consecutive windows overlap by half.

import type { Rng } from "../src/random.ts";
import type { WindowSet } from "../src/signals/data/windows.ts";

export const sizes = { windowSize: 200, channels: 6, classes: 11 } as const;

export function randomWindows(count: number, rng: Rng): WindowSet {
  const { windowSize, channels, classes } = sizes;
  const step = windowSize / 2;
  const size = channels * ((count - 1) * step + windowSize);
  const samples = new Float32Array(new SharedArrayBuffer(4 * size));
  for (let i = 0; i < size; i++) samples[i] = rng.normal();
  return {
    samples,
    windowSize,
    channels: ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"],
    samplingRateHz: 50,
    starts: Int32Array.from({ length: count }, (_, window) => window * step),
    startTimes: Float64Array.from({ length: count }, (_, window) => window * 2),
    labels: Int32Array.from({ length: count }, () => rng.integer(classes)),
    groups: new Int32Array(count),
    recordingIndex: new Int32Array(count),
    classes: Array.from({ length: classes }, (_, k) => `class ${k + 1}`),
    users: ["user"],
    recordings: ["recording"],
  };
}
