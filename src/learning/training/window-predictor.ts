// Inference over many windows: one session with one thread in each of several worker threads, which is far faster than
// one session with several threads. A window's batch does not depend on their number, so the results do not either.

import { once } from "node:events";
import { UserError } from "../../errors.ts";
import { gatherWindows } from "../../signals/preprocessing/gather-windows.ts";
import type { WindowSet } from "../../signals/preprocessing/windows.ts";
import { type InferenceSession, openRuntimeSession, runtimeTensor, unusableRuntimeNetwork } from "./onnx-runtime.ts";
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

/** A model.onnx as it was read. */
export interface NetworkFile {
  /** For messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** K. */
  readonly classCount: number;
}

export interface PredictTask {
  readonly network: NetworkFile;
  readonly windows: RawWindows;
  /** Windows `start` to `end` (excluded). */
  readonly start: number;
  readonly end: number;
}

/** What a model.onnx says about windows. Its session is opened by the first windows and kept until `close`. */
export class WindowPredictor {
  readonly #network: NetworkFile;
  readonly #open: typeof openRuntimeSession;
  #session: Promise<InferenceSession> | undefined;
  /** Several threads read the same memory. */
  #shared: NetworkFile | undefined;

  constructor(network: NetworkFile, { open = openRuntimeSession }: { open?: typeof openRuntimeSession } = {}) {
    this.#network = network;
    this.#open = open;
  }

  /**
   * @param windows in physical units; its channels are those of the model, in their order
   * @param options.threads worker threads at most
   * @returns probabilities [W, K]
   * @throws UserError if the network cannot be loaded or run, or says of a window what is no distribution over the classes
   */
  async predict(windows: RawWindows & Partial<WindowNames>, options: { threads: number }): Promise<Float32Array> {
    const { path, classCount } = this.#network;
    const { samples, starts, windowSize, channels } = windows;
    const count = starts.length;
    const batches = Math.ceil(count / batchSize);
    const parts = Math.max(1, Math.min(options.threads, Math.floor(batches / leastBatches)));
    const size = Math.ceil(batches / parts) * batchSize;
    const tasks = Array.from({ length: parts }, (_, part): PredictTask => {
      const [start, end] = [Math.min(count, part * size), Math.min(count, (part + 1) * size)];
      const network = parts === 1 ? this.#network : this.#inSharedMemory();
      return { network, windows: { samples, starts, windowSize, channels }, start, end };
    });
    const results =
      parts === 1
        ? [await predictWindowPart(tasks[0]!, await this.#opened())]
        : await Promise.all(tasks.map((task) => predictWindowsInWorker(task)));
    const probabilities = new Float32Array(count * classCount);
    for (const [part, result] of results.entries()) probabilities.set(result, tasks[part]!.start * classCount);
    checkPredictorOutput(path, probabilities, classCount, windows);
    return probabilities;
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    this.#session = undefined;
    await session?.release();
  }

  #opened(): Promise<InferenceSession> {
    this.#session ??= openPredictorNetwork(this.#network, this.#open);
    return this.#session;
  }

  #inSharedMemory(): NetworkFile {
    const { bytes } = this.#network;
    if (this.#shared === undefined) {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      this.#shared = { ...this.#network, bytes: shared };
    }
    return this.#shared;
  }
}

async function openPredictorNetwork(
  { path, bytes }: NetworkFile,
  open: typeof openRuntimeSession,
): Promise<InferenceSession> {
  try {
    return await open(bytes);
  } catch (cause) {
    throw unusableRuntimeNetwork(
      path,
      `ONNX Runtime cannot load it: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
}

function checkPredictorOutput(
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
    throw unusableRuntimeNetwork(
      model,
      `it says ${row.join(", ")} of ${predictorWindowName(windows, w)}: expected probabilities from 0 to 1 that sum to 1`,
    );
  }
}

function predictorWindowName(
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

async function predictWindowPart(
  { network, windows, start, end }: PredictTask,
  session: InferenceSession,
): Promise<Float32Array> {
  const { path, classCount } = network;
  const rows = Int32Array.from({ length: end - start }, (_, i) => start + i);
  const { windowSize, channels } = windows;
  const probabilities = new Float32Array(rows.length * classCount);
  for (let at = 0; at < rows.length; at += batchSize) {
    const part = rows.subarray(at, at + batchSize);
    const x = new Float32Array(part.length * windowSize * channels.length);
    gatherWindows(windows, part, x);
    const input = runtimeTensor("float32", x, [part.length, windowSize, channels.length]);
    const out = await session.run({ windows: input }, ["probabilities"]).catch((cause: unknown) => {
      throw unusableRuntimeNetwork(path, `it cannot be run: ${cause instanceof Error ? cause.message : cause}`, cause);
    });
    const { data } = out.probabilities!;
    if (!(data instanceof Float32Array && data.length === part.length * classCount)) {
      throw unusableRuntimeNetwork(
        path,
        `it says ${data.length} values of ${part.length} windows: expected a probability of each of ${classCount} classes`,
      );
    }
    probabilities.set(data, at * classCount);
  }
  return probabilities;
}

/** The inside of a worker thread. */
export async function runPredictorTask({ network, ...task }: PredictTask): Promise<Float32Array> {
  const own = { ...network, bytes: Uint8Array.from(network.bytes) };
  const session = await openPredictorNetwork(own, openRuntimeSession);
  try {
    return await predictWindowPart({ network: own, ...task }, session);
  } finally {
    await session.release();
  }
}

async function predictWindowsInWorker(task: PredictTask): Promise<Float32Array> {
  const worker = startWorker("predict-worker-thread", task);
  try {
    const [probabilities] = await once(worker, "message");
    return probabilities as Float32Array;
  } catch (error) {
    throw predictorThreadError(error);
  } finally {
    await worker.terminate();
  }
}

/** An error that comes from another thread has lost its class. */
function predictorThreadError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "UserError" || error instanceof UserError) return error;
  const advice = "advice" in error && typeof error.advice === "string" ? { advice: error.advice } : {};
  return new UserError(error.message, { ...advice, cause: error });
}
