// Classifies windows with whichever ONNX Runtime build the program provides. Dimensions: B windows per call, T time, C
// channels, W windows, K classes.

import { gatherWindows } from "../../signals/data/gather-windows.ts";
import { argmaxRows } from "../../stats/argmax-rows.ts";
import type { BatchWindows } from "./device-batch.ts";
import type { DeviceModel } from "./device-json.ts";

/** A session for model.onnx in any build of ONNX Runtime (such as onnxruntime-web): `{ session, Tensor: ort.Tensor }`. */
export interface OnnxNetwork<T> {
  /** The build's `InferenceSession`. */
  readonly session: {
    /** Runs the network on named inputs, and resolves to the named outputs. */
    run(
      feeds: Record<string, T>,
      fetches: readonly string[],
    ): Promise<
      Readonly<
        Record<
          string,
          {
            /** The tensor's values; a Float32Array for model.onnx. */
            readonly data: unknown;
          }
        >
      >
    >;
  };
  /** The build's tensor class. */
  readonly Tensor: new (
    type: "float32",
    data: Float32Array,
    dims: readonly number[],
  ) => T;
}

/** The network's output for W windows and K classes. */
export interface Classified {
  /** [W, K] row-major. */
  readonly probabilities: Float32Array;
  /** [W] most probable class of each window. */
  readonly classes: readonly string[];
}

/** Windows per call, the same as on the server. */
const batchSize = 16;

/**
 * Runs the network over a batch's windows.
 * @param from the first window to classify (default 0), so that windows already classified for display need not be classified
 * again
 * @throws RangeError if the network does not output one number per class of the model
 */
export async function classify<T>(
  { session, Tensor }: OnnxNetwork<T>,
  { classes, window_size, channels }: DeviceModel,
  { count, chunks }: BatchWindows,
  from: number = 0,
): Promise<Classified> {
  const nClasses = classes.length;
  const probabilities = new Float32Array(Math.max(0, count - from) * nClasses);
  let before = 0;
  for (const { windows } of chunks) {
    const all = windows.starts.length;
    for (let first = Math.max(0, from - before); first < all; first += batchSize) {
      const rows = Int32Array.from({ length: Math.min(batchSize, all - first) }, (_, i) => first + i);
      const x = new Float32Array(rows.length * window_size * channels.length);
      gatherWindows(windows, rows, x);
      const input = new Tensor("float32", x, [rows.length, window_size, channels.length]);
      const data = (await session.run({ windows: input }, ["probabilities"])).probabilities?.data;
      if (!(data instanceof Float32Array && data.length === rows.length * nClasses)) {
        throw new RangeError(
          `network: expected ${rows.length} x ${nClasses} probabilities; open the session with the model's model.onnx`,
        );
      }
      probabilities.set(data, (before + first - from) * nClasses);
    }
    before += all;
  }
  return { probabilities, classes: Array.from(argmaxRows(probabilities, nClasses), (k) => classes[k]!) };
}
