// The entry point of WindowPredictor's worker threads.

import { parentPort, workerData } from "node:worker_threads";
import { type PredictTask, runWindowPredictorTask } from "./window-predictor.ts";

const probabilities = await runWindowPredictorTask(workerData as PredictTask);
parentPort!.postMessage(probabilities, [probabilities.buffer as ArrayBuffer]);
