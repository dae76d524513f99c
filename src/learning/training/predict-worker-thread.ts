// The entry point of WindowPredictor's worker threads.

import { parentPort, workerData } from "node:worker_threads";
import { type PredictTask, runPredictorTask } from "./window-predictor.ts";

const probabilities = await runPredictorTask(workerData as PredictTask);
parentPort!.postMessage(probabilities, [probabilities.buffer as ArrayBuffer]);
