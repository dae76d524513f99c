// Runs fits in worker threads. ONNX Runtime blocks its thread while it runs, so every fit needs its own thread. The samples are
// in shared memory.

import type { WindowSet } from "../../signals/data/windows.ts";
import { Diverged } from "./diverged.ts";
import type { FindWindows, FitHandlers, FitOutcome, FitRunner, FitTask, StepProgress } from "./fit-runner.ts";
import type { FitEpoch } from "./fit-state.ts";
import { startWorker } from "./start-worker.ts";

export interface WorkerInput extends FitTask {
  readonly windows: WindowSet;
  /** One shared number; any value other than 0 asks the fit to stop. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

export type WorkerMessage =
  | { type: "step"; progress: StepProgress }
  | { type: "epoch"; epoch: FitEpoch }
  | { type: "checkpoint"; bytes: Uint8Array }
  | { type: "outcome"; outcome: FitOutcome }
  | { type: "diverged"; message: string; advice: string | undefined };

/** Runs each fit in a new thread. Rethrows errors from inside the thread. */
export function fitWorkerRunner(findWindows: FindWindows): FitRunner {
  return async (task, handlers) => fitInWorker(task, await findWindows(task.plan.windows), handlers);
}

async function fitInWorker(task: FitTask, windows: WindowSet, handlers: FitHandlers): Promise<FitOutcome> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: WorkerInput = { ...task, windows, stop };
  const worker = startWorker("fit-worker-thread", workerData);
  const { signal } = handlers;
  const ask = (): void => void Atomics.store(stop, 0, 1);
  if (signal?.aborted) ask();
  signal?.addEventListener("abort", ask);
  try {
    return await new Promise<FitOutcome>((resolve, reject) => {
      worker.on("message", (message: WorkerMessage) => {
        switch (message.type) {
          case "step":
            return handlers.onStep?.(message.progress);
          case "epoch":
            return handlers.onEpoch?.(message.epoch);
          case "checkpoint":
            return handlers.onCheckpoint?.(message.bytes);
          case "outcome":
            return resolve(message.outcome);
          case "diverged": {
            const { advice } = message;
            return reject(new Diverged(message.message, advice === undefined ? {} : { advice }));
          }
          default:
            message satisfies never;
        }
      });
      worker.on("error", reject);
      worker.on("exit", (code) =>
        reject(new Error(`${task.plan.name}: the thread ended unexpectedly with code ${code}`)),
      );
    });
  } finally {
    signal?.removeEventListener("abort", ask);
    await worker.terminate();
  }
}
