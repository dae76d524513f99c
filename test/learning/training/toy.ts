// Windows of a toy problem that a small network learns in seconds: class 0 is slow, class 1 fast.

import type { FitOptions, FitSpec } from "../../../src/learning/training/fit-network.ts";
import type { Scaler } from "../../../src/signals/preprocessing/scaler.ts";
import type { WindowSet } from "../../../src/signals/preprocessing/windows.ts";
import { Rng } from "../../../src/stats/random.ts";

const windowSize = 24;

export function toyWindows(count: number, seed = 1): WindowSet {
  const rng = Rng.fromSeed(seed);
  const channels = ["Ax", "Ay", "Az"];
  const samples = new Float32Array(new SharedArrayBuffer(4 * count * windowSize * channels.length));
  const labels = Int32Array.from({ length: count }, (_, w) => w % 2);
  for (let w = 0; w < count; w++) {
    const phase = 2 * Math.PI * rng.uniform();
    for (let t = 0; t < windowSize; t++) {
      for (let c = 0; c < 3; c++) {
        const frequency = labels[w] === 0 ? 0.3 : 1.3;
        samples[(w * windowSize + t) * 3 + c] = 3 * Math.sin(frequency * t + phase + c) + 0.3 * rng.normal() + 5;
      }
    }
  }
  return {
    ...{ channels, samplingRateHz: 20, windowSize, samples, labels },
    starts: Int32Array.from({ length: count }, (_, w) => w * windowSize),
    startTimes: Float64Array.from({ length: count }, (_, w) => w),
    groups: Int32Array.from({ length: count }, (_, w) => Math.floor((4 * w) / count)),
    recordingIndex: new Int32Array(count),
    ...{ classes: ["slow", "fast"], users: ["a", "b", "c", "d"], recordings: ["r"] },
  };
}

export const toyScaler: Scaler = {
  method: "zscore",
  channels: ["Ax", "Ay", "Az"],
  center: [5, 5, 5],
  scale: [2, 2, 2],
};

export function toySpec(changes: Partial<FitSpec> = {}): FitSpec {
  const windows = changes.windows ?? toyWindows(120);
  return {
    ...{ name: "fold 1", network: "compact", windows, scaler: toyScaler, epochs: 3, batchSize: 16, patience: 15 },
    trainIndex: Int32Array.from({ length: 80 }, (_, i) => i),
    validationIndex: Int32Array.from({ length: 40 }, (_, i) => 80 + i),
    ...{ learningRate: 0.003, shards: 1, classWeights: null, augment: "none", rng: Rng.fromSeed(5).state },
    ...changes,
  };
}

export const quiet: FitOptions = { threads: 1, shouldStop: () => false, onStep: () => {}, onEpoch: () => {} };
