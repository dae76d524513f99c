// The thread of StepWorker. The thread waits for a number of steps, runs that many, and replies with the duration of each in
// milliseconds.

import { parentPort, workerData } from "node:worker_threads";
import type { NetworkName } from "../src/learning/networks/presets.ts";
import { createStep } from "./step.ts";

const step = await createStep(workerData as NetworkName);
parentPort!.on("message", async (steps: number) => {
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  parentPort!.postMessage(times);
});
parentPort!.postMessage("ready");
