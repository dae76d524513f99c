// Entry point for the threads that `freezeInThreads` starts.

import { parentPort, workerData } from "node:worker_threads";
import { freezeDriftBaseline } from "../monitoring/drift/freeze-drift-baseline.ts";
import { WindowSignals } from "../monitoring/summaries/window-signals.ts";
import { Rng } from "../random.ts";
import type { FreezeMessage, FreezeTask } from "./freeze-in-threads.ts";
import { mapInTeam } from "./thread-team.ts";

const { windows, also, sensors, probabilities, options, seat, answers } = workerData as FreezeTask;
const sendFromFreezeThread = (message: FreezeMessage): void => parentPort!.postMessage(message);

let percent = 0;
const baseline = freezeDriftBaseline(new WindowSignals(windows, sensors), probabilities, {
  ...options,
  ...(also !== undefined && { also: new WindowSignals(also, sensors) }),
  rng: Rng.fromState(options.rng),
  map: mapInTeam(seat),
  progress: (done) => {
    if (Math.floor(100 * done) <= percent) return;
    percent = Math.floor(100 * done);
    sendFromFreezeThread({ type: "progress", done });
  },
});
if (answers) sendFromFreezeThread({ type: "baseline", baseline });
