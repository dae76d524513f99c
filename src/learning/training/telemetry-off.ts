// ONNX Runtime's native library sends reports to its vendor unless ORT_DISABLE_TELEMETRY is set in the process's environment
// when the first session opens. It would write a device id and a queue of events (model names, class names, shapes) to the
// user's cache folder, and resolve a host to send them to. Tidemark must not send such reports, so the variable is always
// overwritten: values such as 0 and false would leave the reports on. A worker's process.env is a copy that native code does
// not see.

import { isMainThread } from "node:worker_threads";
import { UserError } from "../../errors.ts";

const variable = "ORT_DISABLE_TELEMETRY";
let off = false;
// Programs that import Tidemark may open networks in their own threads.
if (isMainThread) turnTelemetryOff();

/**
 * Call this before opening a session, and before starting a thread that opens one.
 * @throws UserError if it is called in a worker thread before the main thread has called it
 */
export function turnTelemetryOff(): void {
  if (off) return;
  if (isMainThread) process.env[variable] = "1";
  else if (telemetryEnvironment()[variable] !== "1") {
    throw new UserError("A worker thread cannot turn off ONNX Runtime's telemetry, so it must not open a network.", {
      advice: `Import "tidemark" in the main thread before the worker starts, or start the process with ${variable}=1.`,
    });
  }
  off = true;
}

/** The environment of the process itself, which a worker thread sees only through a report. */
function telemetryEnvironment(): Readonly<Record<string, string>> {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const { excludeNetwork, excludeEnv } = report;
  Object.assign(report, { excludeNetwork: true, excludeEnv: false });
  const { environmentVariables }: { environmentVariables?: Record<string, string> } = report.getReport();
  Object.assign(report, { excludeNetwork, excludeEnv });
  return environmentVariables ?? {};
}
