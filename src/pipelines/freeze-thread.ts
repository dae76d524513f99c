// The entry point of the thread that `freezeInThread` starts.

import { parentPort, workerData } from "node:worker_threads";
import { freezeDriftBaseline } from "../monitoring/drift/freeze-drift-baseline.ts";
import { Rng } from "../stats/random.ts";
import type { FreezeInput, FreezeMessage } from "./freeze-in-thread.ts";

const { windows, probabilities, options } = workerData as FreezeInput;
const sendFromFreezeThread = (message: FreezeMessage): void => parentPort!.postMessage(message);

let percent = 0;
const baseline = freezeDriftBaseline(windows, probabilities, {
  ...options,
  rng: Rng.fromState(options.rng),
  progress: (done) => {
    if (Math.floor(100 * done) <= percent) return;
    percent = Math.floor(100 * done);
    sendFromFreezeThread({ type: "progress", done });
  },
});
sendFromFreezeThread({ type: "baseline", baseline });
