// The only module that imports ONNX Runtime. It makes sure that the runtime's telemetry is off.

import type { InferenceSession as Sessions, Tensor as Tensors } from "onnxruntime-node";
import { UserError } from "../../errors.ts";
import { turnTelemetryOff } from "./telemetry-off.ts";

export type InferenceSession = Sessions;
export type RuntimeTensor = Tensors;

/** The runtime is loaded when the first session is opened. */
let runtime: typeof import("onnxruntime-node") | undefined;

/**
 * A session with one thread. More threads gain little on a sequence of small products, and lose a lot when the machine is busy.
 * @param model the bytes of a model.onnx, or its path
 * @throws UserError if a file cannot be loaded; the runtime's own error if the bytes cannot be loaded
 */
export async function openRuntimeSession(model: Uint8Array | string): Promise<InferenceSession> {
  turnTelemetryOff();
  runtime ??= await import("onnxruntime-node");
  const { InferenceSession } = runtime;
  const options: Sessions.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  };
  if (typeof model !== "string") return InferenceSession.create(model, options);
  try {
    return await InferenceSession.create(model, options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw unusableRuntimeNetwork(model, `ONNX Runtime cannot load it: ${reason}`, cause);
  }
}

/** Creates an input tensor for a session. @throws Error if no session has been opened */
export function runtimeTensor<T extends "float32" | "bool" | "uint8" | "uint16">(
  type: T,
  data: Tensors.DataTypeMap[T] | readonly number[],
  shape: readonly number[],
): RuntimeTensor {
  if (runtime === undefined) throw new Error("tensor: expected an open session");
  return new runtime.Tensor(type, data, shape);
}

/** The error for a network file that cannot be loaded. */
export function unusableRuntimeNetwork(model: string, reason: string, cause?: unknown): UserError {
  return new UserError(`${model} cannot be used: ${reason}`, {
    advice: "Restore the model folder from a copy, or train again.",
    cause,
  });
}
