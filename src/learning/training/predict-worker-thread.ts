// The inside of WindowPredictor's workers.

import { parentPort, workerData } from "node:worker_threads";
import { type PredictTask, predictTask } from "./window-predictor.ts";

const probabilities = await predictTask(workerData as PredictTask);
parentPort!.postMessage(probabilities, [probabilities.buffer as ArrayBuffer]);
