import { type Transferable, Worker } from "node:worker_threads";
import { turnTelemetryOff } from "./telemetry-off.ts";

/**
 * Starts a thread after turning ONNX Runtime's telemetry off, which allows the thread to open networks.
 * @param name name of its file without the extension, which differs in the compiled package
 * @param options.beside address of a file in the same folder (default: this one)
 * @param options.transfer objects in `workerData` to move to the thread rather than copy
 */
export function startWorker(
  name: string,
  workerData: unknown,
  options: { beside?: string; transfer?: readonly Transferable[] } = {},
): Worker {
  const { beside = import.meta.url, transfer = [] } = options;
  turnTelemetryOff();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, beside), { workerData, transferList: [...transfer] });
}
