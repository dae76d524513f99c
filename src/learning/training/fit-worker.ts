// A fit in a worker thread of its own: ONNX Runtime holds its thread while it runs, so every fit needs one.
// What goes in and comes out is plain data; the samples are shared memory.

import { Diverged } from "./diverged.ts";
import type { FitSpec } from "./fit-network.ts";
import type { FitEpoch } from "./fit-state.ts";
import { startWorker } from "./start-worker.ts";

export interface FitTask {
  readonly spec: FitSpec;
  /** Windows whose classes are wanted from the weights that were kept. */
  readonly testIndex: Int32Array | null;
  /** `encodeFitState`'s bytes of an interrupted fit. */
  readonly checkpoint: Uint8Array | null;
  /** For the shards of a step. */
  readonly threads: number;
}

export interface StepProgress {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  readonly windowsPerSecond: number;
}

export interface FitOutcome {
  /** False where the signal ended it; a checkpoint was then handed out. */
  readonly finished: boolean;
  readonly epochs: readonly FitEpoch[];
  /** Of the weights that were kept: [P], [S]. */
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  /** [N, K] in the order of `testIndex`. */
  readonly probabilities: Float32Array | null;
}

export interface FitHandlers {
  readonly signal?: AbortSignal;
  /** A few times a second. */
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (epoch: FitEpoch) => void;
  /** After each epoch, and where the signal ended the fit. */
  readonly onCheckpoint?: (bytes: Uint8Array) => void;
}

export interface WorkerInput extends FitTask {
  /** One shared byte: not 0 asks the fit to stop. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

export type WorkerMessage =
  | { type: "step"; progress: StepProgress }
  | { type: "epoch"; epoch: FitEpoch }
  | { type: "checkpoint"; bytes: Uint8Array }
  | { type: "outcome"; outcome: FitOutcome }
  | { type: "diverged"; message: string; advice: string | undefined };

/** Runs a fit in a new thread. @throws Diverged as `fitNetwork`, and any defect inside the thread */
export async function fitInWorker(task: FitTask, handlers: FitHandlers = {}): Promise<FitOutcome> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: WorkerInput = { ...task, stop };
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
      worker.on("exit", (code) => reject(new Error(`${task.spec.name}: its thread ended with code ${code}`)));
    });
  } finally {
    signal?.removeEventListener("abort", ask);
    await worker.terminate();
  }
}
