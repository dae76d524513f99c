// Runs the calibration in separate threads, because rehearsals keep all cores busy while the main thread must respond to
// Ctrl-C.

import { Interrupted } from "../errors.ts";
import { startWorker } from "../learning/training/start-worker.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import type { freezeDriftBaseline } from "../monitoring/drift/freeze-drift-baseline.ts";
import type { WindowSignals } from "../monitoring/summaries/window-signals.ts";
import type { RngState } from "../random.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import { type TeamSeat, teamSeats } from "./thread-team.ts";

type FreezeOptions = Parameters<typeof freezeDriftBaseline>[2];

/** The arguments of `freezeDriftBaseline` in a form that can be sent to a thread. */
export interface FreezeInput {
  readonly windows: WindowSet;
  /** Additional training windows; see `freezeDriftBaseline`. */
  readonly also?: WindowSet;
  /** The windows' sensors; see `sensorsForSignals`. */
  readonly sensors: WindowSignals["sensors"];
  readonly probabilities: Float32Array;
  readonly options: Omit<FreezeOptions, "also" | "rng" | "progress" | "map"> & { readonly rng: RngState };
}

/** What each thread receives. */
export interface FreezeTask extends FreezeInput {
  readonly seat: TeamSeat;
  /** Whether this thread returns the baseline, which is the same in all threads. */
  readonly answers: boolean;
}

export type FreezeMessage =
  | { readonly type: "progress"; readonly done: number }
  | { readonly type: "baseline"; readonly baseline: DriftBaseline };

/**
 * Maximum number of threads. More threads would hardly be faster, because each thread repeats the work that is not distributed
 * and keeps a copy of the results in memory.
 */
const mostThreads = 16;
/** Minimum number of windows for a second thread; with fewer, starting it takes longer than it saves. */
const leastWindows = 500;

/** @param jobs maximum number of threads */
export function freezeThreads({ starts }: Pick<WindowSet, "starts">, jobs: number): number {
  return starts.length < leastWindows ? 1 : Math.min(jobs, mostThreads);
}

/**
 * @param run.threads number of threads; the result does not depend on it
 * @param run.progress receives the completed share of the work, in ascending order
 * @throws Interrupted as soon as `run.signal` is aborted; all threads are then stopped
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
          // Messages from different threads may arrive out of order.
          if (message.done <= known) return;
          known = message.done;
          progress(known);
        });
        worker.on("error", reject);
        worker.on("exit", (code) => {
          // If a thread fails, its exit is reported before any answer arrives.
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
