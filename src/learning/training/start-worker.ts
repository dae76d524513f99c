import { Worker } from "node:worker_threads";
import { turnTelemetryOff } from "./telemetry-off.ts";

/**
 * Starts a thread in which networks may be opened.
 * @param name of its file in this folder, without the extension: the compiled package has another one
 */
export function startWorker(name: string, workerData: unknown): Worker {
  turnTelemetryOff();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), { workerData });
}
