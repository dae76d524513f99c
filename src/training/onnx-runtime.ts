// The only door to ONNX Runtime, behind which its telemetry is off.

import { InferenceSession as Sessions } from "onnxruntime-node";
import { turnTelemetryOff } from "./telemetry-off.ts";

export { Tensor } from "onnxruntime-node";
export type InferenceSession = Sessions;

/**
 * A session with one thread: further ones gain little in a row of small products, and lose much on a busy machine.
 * @param model the bytes of a model.onnx, or its path
 */
export async function openSession(model: Uint8Array | string): Promise<InferenceSession> {
  turnTelemetryOff();
  const options: Sessions.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  };
  return typeof model === "string" ? Sessions.create(model, options) : Sessions.create(model, options);
}
