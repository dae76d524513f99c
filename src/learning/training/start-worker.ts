import { Worker } from "node:worker_threads";
import { turnTelemetryOff } from "./telemetry-off.ts";

/**
 * Starts a thread that may open networks.
 * @param name name of its file, without the extension, which differs in the compiled package
 * @param beside address of a file in the same folder (default: this one)
 */
export function startWorker(name: string, workerData: unknown, beside: string = import.meta.url): Worker {
  turnTelemetryOff();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, beside), { workerData });
}
