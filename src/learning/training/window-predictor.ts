// Inference over many windows. Several worker threads each have a single-threaded session, which is far faster than one
// multi-threaded session. The number of workers does not affect which windows share a batch, so it does not affect the results.

import { once } from "node:events";
import { UserError } from "../../errors.ts";
import { gatherWindows } from "../../signals/data/gather-windows.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import { type InferenceSession, openRuntimeSession, runtimeTensor, unusableRuntimeNetwork } from "./onnx-runtime.ts";
import { startWorker } from "./start-worker.ts";

/**
 * Windows per call: few enough for the LSTMs' data to stay in cache. With 64, prediction is a sixth slower; the results are
 * identical.
 */
const batchSize = 16;
/** Minimum number of batches per thread; with fewer, starting a thread costs more time than it saves. */
const leastBatches = 32;

export type RawWindows = Pick<WindowSet, "samples" | "starts" | "windowSize" | "channels">;

/** The positions of windows in the recordings, for messages. */
export type WindowNames = Pick<WindowSet, "startTimes" | "groups" | "users" | "recordingIndex" | "recordings">;

/** The sum of a float32 softmax is closer to 1 than this, whatever the number of classes. */
const sumTolerance = 1e-3;

/** The content of a model.onnx file. */
export interface NetworkFile {
  /** Path of the file, for messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** K, the number of classes. */
  readonly classCount: number;
}

export interface PredictTask {
  readonly network: NetworkFile;
  readonly windows: RawWindows;
  /** Windows `start` to `end` (exclusive). */
  readonly start: number;
  readonly end: number;
}

/**
 * Predicts windows with a model.onnx. The predictor opens a session for the first windows that it does not divide among
 * threads, and keeps it until `close`.
 */
export class WindowPredictor {
  readonly #network: NetworkFile;
  readonly #open: typeof openRuntimeSession;
  #session: Promise<InferenceSession> | undefined;
  /** The network, in shared memory that all threads can read. */
  #shared: NetworkFile | undefined;

  constructor(network: NetworkFile, { open = openRuntimeSession }: { open?: typeof openRuntimeSession } = {}) {
    this.#network = network;
    this.#open = open;
  }

  /**
   * @param windows windows in physical units, with the model's channels in the model's order
   * @param options.threads maximum number of worker threads
   * @returns probabilities [W, K]
   * @throws UserError if the network cannot be loaded or run, or if its output is not a distribution over the classes
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
        ? [await predictorWindowPart(tasks[0]!, await this.#opened())]
        : await Promise.all(tasks.map((task) => runPredictorInWorker(task)));
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
      `${predictorWindowName(windows, w)}: expected probabilities from 0 to 1 that sum to 1, got ${row.join(", ")}`,
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

async function predictorWindowPart(
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
        `expected ${classCount} probabilities for each of ${part.length} windows, got ${data.length} values`,
      );
    }
    probabilities.set(data, at * classCount);
  }
  return probabilities;
}

/** The entry point of a worker thread. */
export async function runWindowPredictorTask({ network, ...task }: PredictTask): Promise<Float32Array> {
  const own = { ...network, bytes: Uint8Array.from(network.bytes) };
  const session = await openPredictorNetwork(own, openRuntimeSession);
  try {
    return await predictorWindowPart({ network: own, ...task }, session);
  } finally {
    await session.release();
  }
}

async function runPredictorInWorker(task: PredictTask): Promise<Float32Array> {
  const worker = startWorker("predict-worker-thread", task);
  try {
    const [probabilities] = await once(worker, "message");
    return probabilities as Float32Array;
  } catch (error) {
    throw windowPredictorThreadError(error);
  } finally {
    await worker.terminate();
  }
}

/** Restores the class of an error, which is lost when the error passes from one thread to another. */
function windowPredictorThreadError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "UserError" || error instanceof UserError) return error;
  const advice = "advice" in error && typeof error.advice === "string" ? { advice: error.advice } : {};
  return new UserError(error.message, { ...advice, cause: error });
}
