// Calibrates in a thread of its own: rehearsals keep a core busy for up to a minute, and the main thread must respond
// to Ctrl-C.

import { Interrupted } from "../errors.ts";
import { startWorker } from "../learning/training/start-worker.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import type { freezeDriftBaseline } from "../monitoring/drift/freeze-drift-baseline.ts";
import type { WindowSet } from "../signals/preprocessing/windows.ts";
import type { RngState } from "../stats/random.ts";

type FreezeOptions = Parameters<typeof freezeDriftBaseline>[2];

/** The arguments of `freezeDriftBaseline`, as a thread can receive them. */
export interface FreezeInput {
  readonly windows: WindowSet;
  readonly probabilities: Float32Array;
  readonly options: Omit<FreezeOptions, "rng" | "progress"> & { readonly rng: RngState };
}

export type FreezeMessage =
  | { readonly type: "progress"; readonly done: number }
  | { readonly type: "baseline"; readonly baseline: DriftBaseline };

/** @throws Interrupted as soon as `signal` is aborted; nothing is left behind */
export async function freezeInThread(
  input: FreezeInput,
  { progress, signal }: { progress: (done: number) => void; signal?: AbortSignal | undefined },
): Promise<DriftBaseline> {
  if (signal?.aborted === true) throw new Interrupted("stopped before the calibration");
  const worker = startWorker("freeze-thread", input, import.meta.url);
  let stop = (): void => {};
  try {
    return await new Promise<DriftBaseline>((resolve, reject) => {
      stop = () => reject(new Interrupted("stopped during the calibration"));
      signal?.addEventListener("abort", stop);
      worker.on("message", (message: FreezeMessage) => {
        if (message.type === "progress") progress(message.done);
        else resolve(message.baseline);
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new Error(`the calibration's thread ended unexpectedly with code ${code}`)));
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
