// Measures the speed of training, in windows per second. As in the product, fitNetwork runs in a worker, and each step gathers,
// rotates and scales its windows and updates the averaged weights.

import { windowsForFitRunner } from "../src/learning/training/fit-runner.ts";
import { fitWorkerRunner } from "../src/learning/training/fit-worker.ts";
import { Rng } from "../src/random.ts";
import { fitScaler } from "../src/signals/data/scaler.ts";
import { sensorsByName } from "../src/signals/sensors/sensors-by-name.ts";
import type { Measurement } from "./measurement.ts";
import { median } from "./measurement.ts";
import { randomWindows } from "./random-windows.ts";

const [batchSize, stepsPerEpoch] = [64, 15];

export async function measureTrainingLoop(options: { readonly rounds: number }): Promise<Measurement> {
  const rng = Rng.fromSeed(1);
  const windows = randomWindows(batchSize * stepsPerEpoch, rng);
  const trainIndex = Int32Array.from(windows.starts.keys());
  const run = fitWorkerRunner(windowsForFitRunner("sha256:bench", windows));
  const { epochs } = await run(
    {
      plan: {
        name: "bench",
        network: "1dcnn-bilstm",
        windows: "sha256:bench",
        batchSize,
        sensors: [],
        turned: sensorsByName(windows.channels).map(({ channels }) => channels),
        trainIndex: Array.from(trainIndex),
        validationIndex: null,
        testIndex: null,
        pseudoLabels: null,
        epochs: 1 + options.rounds,
        learningRate: 0.001,
        patience: 1,
        classWeights: null,
        rng: rng.state,
        scaler: fitScaler("zscore", windows, trainIndex),
        shards: 1,
        penalties: null,
      },
      checkpoint: null,
      threads: 1,
    },
    {},
  );
  return {
    name: "training, whole loop",
    value: (batchSize * stepsPerEpoch) / median(epochs.slice(1).map(({ seconds }) => seconds)),
    unit: "windows/s",
    note: "1dcnn-bilstm, 1 thread, with rotations, scaling and averaged weights",
  };
}
