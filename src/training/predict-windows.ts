// Inference over many windows: one session with one thread in each of several worker threads, which is far faster than
// one session with several threads. A window's batch does not depend on their number, so the results do not either.

import { once } from "node:events";
import type { WindowSet } from "../preprocessing/windows.ts";
import { gatherWindows } from "./batch.ts";
import { openSession, Tensor } from "./onnx-runtime.ts";
import { startWorker } from "./start-worker.ts";

/** Windows a call: few enough that what the LSTMs work on stays in cache. 64 are a sixth slower and say the same, bit for bit. */
const batchSize = 16;
/** Below so many batches a thread of their own costs more than it brings. */
const leastBatches = 32;

export type RawWindows = Pick<WindowSet, "samples" | "starts" | "windowSize" | "channels">;

export interface PredictTask {
  /** Path of a model.onnx. */
  readonly model: string;
  readonly windows: RawWindows;
  readonly classCount: number;
  /** Windows `start` to `end` (excluded). */
  readonly start: number;
  readonly end: number;
}

/**
 * What a model.onnx says about windows.
 * @param model its path
 * @param windows in physical units; its channels are those of the model, in their order
 * @param classCount K
 * @param options.threads worker threads at most
 * @returns probabilities [W, K]
 */
export async function predictWindows(
  model: string,
  windows: RawWindows,
  classCount: number,
  options: { threads: number },
): Promise<Float32Array> {
  const { samples, starts, windowSize, channels } = windows;
  const count = starts.length;
  const batches = Math.ceil(count / batchSize);
  const parts = Math.max(1, Math.min(options.threads, Math.floor(batches / leastBatches)));
  const size = Math.ceil(batches / parts) * batchSize;
  const tasks = Array.from({ length: parts }, (_, part): PredictTask => {
    const [start, end] = [Math.min(count, part * size), Math.min(count, (part + 1) * size)];
    return { model, windows: { samples, starts, windowSize, channels }, classCount, start, end };
  });
  const results = await Promise.all(tasks.map(parts === 1 ? predictPart : predictInWorker));
  const probabilities = new Float32Array(count * classCount);
  for (const [part, result] of results.entries()) probabilities.set(result, tasks[part]!.start * classCount);
  return probabilities;
}

/** In this thread. */
export async function predictPart({ model, windows, classCount, start, end }: PredictTask): Promise<Float32Array> {
  const session = await openSession(model);
  try {
    const rows = Int32Array.from({ length: end - start }, (_, i) => start + i);
    const { windowSize, channels } = windows;
    const probabilities = new Float32Array(rows.length * classCount);
    for (let at = 0; at < rows.length; at += batchSize) {
      const part = rows.subarray(at, at + batchSize);
      const x = new Float32Array(part.length * windowSize * channels.length);
      gatherWindows(windows, part, x);
      const out = await session.run({ windows: new Tensor("float32", x, [part.length, windowSize, channels.length]) });
      probabilities.set(out.probabilities!.data as Float32Array, at * classCount);
    }
    return probabilities;
  } finally {
    await session.release();
  }
}

async function predictInWorker(task: PredictTask): Promise<Float32Array> {
  const worker = startWorker("predict-worker-thread", task);
  try {
    const [probabilities] = await once(worker, "message");
    return probabilities as Float32Array;
  } finally {
    await worker.terminate();
  }
}
