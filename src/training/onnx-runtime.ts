// The only door to ONNX Runtime. Its native library reports to its maker unless ORT_DISABLE_TELEMETRY is set in the
// process's environment when the first session opens: it would write a device id and a queue of events (model names, class
// names, shapes) to the user's cache folder, and resolve a host to send them to. Nothing of Tidemark's is to be sent, so
// the variable is set here whatever its value was. Values such as 0 and false leave the reports on.

import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import type * as Runtime from "onnxruntime-node";
import { UserError } from "../errors.ts";

const variable = "ORT_DISABLE_TELEMETRY";

process.env[variable] = "1";
const runtime: typeof Runtime = createRequire(import.meta.url)("onnxruntime-node");

export type InferenceSession = Runtime.InferenceSession;
export type Tensor = Runtime.Tensor;
export const Tensor: Runtime.TensorConstructor = runtime.Tensor;

let checked = isMainThread;

/**
 * A session with one thread: further ones gain little in a row of small products, and lose much on a busy machine.
 * @param model the bytes of a model.onnx, or its path
 * @throws UserError in a worker thread of a process whose main thread has not imported Tidemark
 */
export async function openSession(model: Uint8Array | string): Promise<InferenceSession> {
  if (!checked) refuseTelemetry();
  checked = true;
  const options: Runtime.InferenceSession.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  };
  return typeof model === "string"
    ? runtime.InferenceSession.create(model, options)
    : runtime.InferenceSession.create(model, options);
}

/** A worker's process.env is a copy that native code does not see; a report shows the environment of the process itself. */
function refuseTelemetry(): void {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const { excludeNetwork, excludeEnv } = report;
  Object.assign(report, { excludeNetwork: true, excludeEnv: false });
  const { environmentVariables: environment }: { environmentVariables?: Record<string, string> } = report.getReport();
  Object.assign(report, { excludeNetwork, excludeEnv });
  if (environment?.[variable] === "1") return;
  throw new UserError("A worker thread cannot turn off ONNX Runtime's telemetry, so it may not open a network.", {
    advice: `Import "tidemark" in the main thread before the worker starts, or start the process with ${variable}=1.`,
  });
}
