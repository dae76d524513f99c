// Windows a second through training as the product runs it: fitNetwork in its worker, so each step also gathers, turns
// and scales its windows and moves the averaged weights.

import { fitInWorker } from "../src/learning/training/fit-worker.ts";
import { fitScaler } from "../src/signals/preprocessing/scaler.ts";
import { Rng } from "../src/stats/random.ts";
import type { Measurement } from "./measurement.ts";
import { median } from "./measurement.ts";
import { randomWindows } from "./random-windows.ts";

const [batchSize, stepsPerEpoch] = [64, 15];

export async function measureTrainingLoop(options: { readonly rounds: number }): Promise<Measurement> {
  const rng = Rng.fromSeed(1);
  const windows = randomWindows(batchSize * stepsPerEpoch, rng);
  const trainIndex = Int32Array.from(windows.starts.keys());
  const { epochs } = await fitInWorker({
    spec: {
      ...{ name: "bench", network: "1dcnn-bilstm", windows, trainIndex, batchSize, augment: "rotate", rng: rng.state },
      ...{ validationIndex: null, epochs: 1 + options.rounds, learningRate: 0.001, patience: 1, classWeights: null },
      scaler: fitScaler("zscore", windows, trainIndex),
      shards: 1,
    },
    ...{ testIndex: null, checkpoint: null, threads: 1 },
  });
  return {
    name: "training, whole loop",
    value: (batchSize * stepsPerEpoch) / median(epochs.slice(1).map(({ seconds }) => seconds)),
    unit: "windows/s",
    note: "1dcnn-bilstm, 1 thread, with rotations, scaling and averaged weights",
  };
}
