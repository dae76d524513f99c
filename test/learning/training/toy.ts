// Windows for a toy problem that a small network learns in seconds: class 0 consists of slow waves, and class 1 of fast waves.

import type { FitOptions } from "../../../src/learning/training/fit-network.ts";
import type { FitPlan } from "../../../src/learning/training/fit-plan.ts";
import { Rng } from "../../../src/random.ts";
import type { Scaler } from "../../../src/signals/data/scaler.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";

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
    channels,
    samplingRateHz: 20,
    windowSize,
    samples,
    labels,
    starts: Int32Array.from({ length: count }, (_, w) => w * windowSize),
    startTimes: Float64Array.from({ length: count }, (_, w) => w),
    groups: Int32Array.from({ length: count }, (_, w) => Math.floor((4 * w) / count)),
    recordingIndex: new Int32Array(count),
    classes: ["slow", "fast"],
    users: ["a", "b", "c", "d"],
    recordings: ["r"],
  };
}

export const toyScaler: Scaler = {
  method: "zscore",
  channels: ["Ax", "Ay", "Az"],
  center: [5, 5, 5],
  scale: [2, 2, 2],
};

export type Toy = [plan: FitPlan, windows: WindowSet];

/** A plan and its windows, as arguments for `fitNetwork`. */
export function toyFit({ windows = toyWindows(120), ...changes }: ToyChanges = {}): Toy {
  const plan: FitPlan = {
    name: "fold 1",
    windows: "sha256:toy",
    network: "compact",
    scaler: toyScaler,
    epochs: 3,
    batchSize: 16,
    patience: 15,
    trainIndex: range(0, 80),
    validationIndex: range(80, 120),
    testIndex: null,
    pseudoLabels: null,
    learningRate: 0.003,
    shards: 1,
    classWeights: null,
    sensors: [["Ax", "Ay", "Az"]],
    turned: null,
    rng: Rng.fromSeed(5).state,
    penalties: null,
    ...changes,
  };
  return [plan, windows];
}

export type ToyChanges = Partial<Omit<FitPlan, "windows">> & { windows?: WindowSet };

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export const quiet: FitOptions = { threads: 1, shouldStop: () => false, onStep: () => {}, onEpoch: () => {} };
