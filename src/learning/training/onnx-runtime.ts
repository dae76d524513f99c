// The only door to ONNX Runtime, behind which its telemetry is off.

import { InferenceSession as Sessions } from "onnxruntime-node";
import { UserError } from "../../errors.ts";
import { turnTelemetryOff } from "./telemetry-off.ts";

export { Tensor } from "onnxruntime-node";
export type InferenceSession = Sessions;

/**
 * A session with one thread: further ones gain little in a row of small products, and lose much on a busy machine.
 * @param model the bytes of a model.onnx, or its path
 * @throws UserError if a file cannot be loaded; of bytes, the runtime's own error
 */
export async function openSession(model: Uint8Array | string): Promise<InferenceSession> {
  turnTelemetryOff();
  const options: Sessions.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  };
  if (typeof model !== "string") return Sessions.create(model, options);
  try {
    return await Sessions.create(model, options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw unusableNetwork(model, `ONNX Runtime cannot load it: ${reason}`, cause);
  }
}

/** The refusal of a network that came in a file. */
export function unusableNetwork(model: string, reason: string, cause?: unknown): UserError {
  return new UserError(`${model} cannot be used: ${reason}`, {
    advice: "Restore the model folder from a copy, or train again.",
    cause,
  });
}
