// Measures the gain from a second core: two folds train at once, each in its own worker thread, compared with one fold
// alone. Each round runs one fold alone, and then both together. The figure is the combined steps per second of both folds,
// divided by the steps per second of one fold.

import type { BenchmarkResult } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";
import { StepWorker } from "./step-worker.ts";

const stepsPerRound = 15;

export async function benchmarkTwoFolds(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  const workers = await Promise.all([StepWorker.start("1dcnn-bilstm"), StepWorker.start("1dcnn-bilstm")]);
  const ratios: number[] = [];
  try {
    await Promise.all(workers.map((worker) => worker.run(3)));
    for (let round = 0; round < options.rounds; round++) {
      const alone = await milliseconds(() => workers[round % 2]!.run(stepsPerRound));
      const together = await milliseconds(() => Promise.all(workers.map((worker) => worker.run(stepsPerRound))));
      ratios.push((2 * alone) / together);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  return {
    measurements: [
      {
        name: "two folds at once",
        value: median(ratios),
        unit: "x",
        limit: { kind: "at least", value: 1.8 },
        note: "steps per second, compared with one fold alone",
      },
    ],
    skipped: [],
  };
}
