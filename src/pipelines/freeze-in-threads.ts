// Calibrates in separate threads: rehearsals keep all cores busy, and the main thread must respond to Ctrl-C.

import { Interrupted } from "../errors.ts";
import { startWorker } from "../learning/training/start-worker.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import type { freezeDriftBaseline } from "../monitoring/drift/freeze-drift-baseline.ts";
import type { WindowSignals } from "../monitoring/summaries/window-signals.ts";
import type { RngState } from "../random.ts";
import type { WindowSet } from "../signals/preprocessing/windows.ts";
import { type TeamSeat, teamSeats } from "./thread-team.ts";

type FreezeOptions = Parameters<typeof freezeDriftBaseline>[2];

/** The arguments of `freezeDriftBaseline`, as a thread can receive them. */
export interface FreezeInput {
  readonly windows: WindowSet;
  /** Further training windows; see `freezeDriftBaseline`. */
  readonly also?: WindowSet;
  /** Sensors of the windows; see `sensorsForSignals`. */
  readonly sensors: WindowSignals["sensors"];
  readonly probabilities: Float32Array;
  readonly options: Omit<FreezeOptions, "also" | "rng" | "progress" | "map"> & { readonly rng: RngState };
}

/** What each thread gets. */
export interface FreezeTask extends FreezeInput {
  readonly seat: TeamSeat;
  /** Whether this thread sends the baseline; all threads have the same. */
  readonly answers: boolean;
}

export type FreezeMessage =
  | { readonly type: "progress"; readonly done: number }
  | { readonly type: "baseline"; readonly baseline: DriftBaseline };

/**
 * More threads would hardly be faster, because each of them also computes what is not distributed, and each has a copy
 * of the results in its memory.
 */
const mostThreads = 16;
/** With fewer windows than this, starting a second thread takes longer than it saves. */
const leastWindows = 500;

/** @param jobs maximum number of threads */
export function freezeThreads({ starts }: Pick<WindowSet, "starts">, jobs: number): number {
  return starts.length < leastWindows ? 1 : Math.min(jobs, mostThreads);
}

/**
 * @param run.threads number of threads; the result does not depend on it
 * @param run.progress receives the share of the work that is done, ascending
 * @throws Interrupted as soon as `signal` is aborted; nothing is left behind
 */
export async function freezeInThreads(
  input: FreezeInput,
  run: { threads: number; progress: (done: number) => void; signal?: AbortSignal | undefined },
): Promise<DriftBaseline> {
  const { progress, signal } = run;
  if (signal?.aborted === true) throw new Interrupted("stopped before the calibration");
  const workers = teamSeats(run.threads).map((seat, i) => {
    const task: FreezeTask = { ...input, seat, answers: i === 0 };
    return startWorker("freeze-thread", task, { beside: import.meta.url, transfer: seat.ports });
  });
  let stop = (): void => {};
  let known = 0;
  try {
    return await new Promise<DriftBaseline>((resolve, reject) => {
      stop = () => reject(new Interrupted("stopped during the calibration"));
      signal?.addEventListener("abort", stop);
      for (const worker of workers) {
        worker.on("message", (message: FreezeMessage) => {
          if (message.type === "baseline") return resolve(message.baseline);
          // Messages of different threads may overtake each other.
          if (message.done <= known) return;
          known = message.done;
          progress(known);
        });
        worker.on("error", reject);
        worker.on("exit", (code) => {
          // A thread that does not answer ends before the answer arrives.
          if (code !== 0 || worker === workers[0])
            reject(new Error(`the calibration's thread ended unexpectedly with code ${code}`));
        });
      }
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
