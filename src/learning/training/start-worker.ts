import { Worker } from "node:worker_threads";
import { turnTelemetryOff } from "./telemetry-off.ts";

/**
 * Starts a thread that may open networks.
 * @param name name of its file in this folder, without the extension, which differs in the compiled package
 */
export function startWorker(name: string, workerData: unknown): Worker {
  turnTelemetryOff();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), { workerData });
}
