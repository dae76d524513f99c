// The inside of predictWindows' workers.

import { parentPort, workerData } from "node:worker_threads";
import { type PredictTask, predictPart } from "./predict-windows.ts";

const probabilities = await predictPart(workerData as PredictTask);
parentPort!.postMessage(probabilities, [probabilities.buffer as ArrayBuffer]);
