// Inference over many windows: one session with one thread in each of several worker threads, which is far faster than
// one session with several threads. A window's batch does not depend on their number, so the results do not either.

import { once } from "node:events";
import { UserError } from "../../errors.ts";
import { gatherWindows } from "../../signals/preprocessing/gather-windows.ts";
import type { WindowSet } from "../../signals/preprocessing/windows.ts";
import { openSession, tensor, unusableNetwork } from "./onnx-runtime.ts";
import { startWorker } from "./start-worker.ts";

/** Windows a call: few enough that what the LSTMs work on stays in cache. 64 are a sixth slower and say the same, bit for bit. */
const batchSize = 16;
/** Below so many batches a thread of their own costs more than it brings. */
const leastBatches = 32;

export type RawWindows = Pick<WindowSet, "samples" | "starts" | "windowSize" | "channels">;

/** Whose windows they are, for messages. */
export type WindowNames = Pick<WindowSet, "startTimes" | "groups" | "users" | "recordingIndex" | "recordings">;

/** A softmax in float32 over any number of classes is nearer to 1. */
const sumTolerance = 1e-3;

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
 * @throws UserError if the network cannot be loaded or run, or says of a window what is no distribution over the classes
 */
export async function predictWindows(
  model: string,
  windows: RawWindows & Partial<WindowNames>,
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
  refuseNoDistribution(model, probabilities, classCount, windows);
  return probabilities;
}

function refuseNoDistribution(
  model: string,
  probabilities: Float32Array,
  classCount: number,
  windows: RawWindows & Partial<WindowNames>,
): void {
  for (let w = 0; w < windows.starts.length; w++) {
    let sum = 0;
    let bounded = true;
    for (let k = w * classCount; k < (w + 1) * classCount; k++) {
      const probability = probabilities[k]!;
      sum += probability;
      bounded &&= probability >= 0 && probability <= 1;
    }
    if (bounded && Math.abs(sum - 1) <= sumTolerance) continue;
    const row = probabilities.subarray(w * classCount, Math.min((w + 1) * classCount, w * classCount + 8));
    throw unusableNetwork(
      model,
      `it says ${row.join(", ")} of ${windowName(windows, w)}: expected probabilities from 0 to 1 that sum to 1`,
    );
  }
}

function windowName(
  { startTimes, groups, users, recordingIndex, recordings }: Partial<WindowNames>,
  w: number,
): string {
  const user = groups && users?.[groups[w]!];
  const recording = recordingIndex && recordings?.[recordingIndex[w]!];
  const names = [
    ...(startTimes === undefined ? [] : [`at ${startTimes[w]} s`]),
    ...(recording === undefined ? [] : [`of recording "${recording}"`]),
    ...(user === undefined ? [] : [`of person "${user}"`]),
  ];
  return [`window ${w + 1}`, ...names].join(" ");
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
      const input = tensor("float32", x, [part.length, windowSize, channels.length]);
      const out = await session.run({ windows: input }, ["probabilities"]).catch((cause: unknown) => {
        throw unusableNetwork(model, `it cannot be run: ${cause instanceof Error ? cause.message : cause}`, cause);
      });
      const { data } = out.probabilities!;
      if (!(data instanceof Float32Array && data.length === part.length * classCount)) {
        throw unusableNetwork(
          model,
          `it says ${data.length} values of ${part.length} windows: expected a probability of each of ${classCount} classes`,
        );
      }
      probabilities.set(data, at * classCount);
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
  } catch (error) {
    throw asThrown(error);
  } finally {
    await worker.terminate();
  }
}

/** An error that comes from another thread has lost its class. */
function asThrown(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "UserError" || error instanceof UserError) return error;
  const advice = "advice" in error && typeof error.advice === "string" ? { advice: error.advice } : {};
  return new UserError(error.message, { ...advice, cause: error });
}
