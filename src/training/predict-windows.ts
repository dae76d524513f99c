import { Tensor } from "onnxruntime-node";
import type { WindowSet } from "../preprocessing/windows.ts";
import { gatherWindows } from "./batch.ts";
import { openSession } from "./network-session.ts";

/** Windows a call; larger ones are no faster and need more memory. */
const batchSize = 256;

/**
 * What a model.onnx says about windows.
 * @param model its path
 * @param windows in physical units; its channels are those of the model, in their order
 * @param classCount K
 * @returns probabilities [W, K]
 */
export async function predictWindows(
  model: string,
  windows: Pick<WindowSet, "samples" | "starts" | "windowSize" | "channels">,
  classCount: number,
  options: { threads: number },
): Promise<Float32Array> {
  const session = await openSession(model, options.threads);
  try {
    const rows = Int32Array.from(windows.starts.keys());
    const shape = [windows.windowSize, windows.channels.length] as const;
    const probabilities = new Float32Array(rows.length * classCount);
    for (let start = 0; start < rows.length; start += batchSize) {
      const part = rows.subarray(start, start + batchSize);
      const x = new Float32Array(part.length * shape[0] * shape[1]);
      gatherWindows(windows, part, x);
      const out = await session.run({ windows: new Tensor("float32", x, [part.length, ...shape]) });
      probabilities.set(out.probabilities!.data as Float32Array, start * classCount);
    }
    return probabilities;
  } finally {
    await session.release();
  }
}
